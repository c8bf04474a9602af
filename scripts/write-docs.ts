// `npm run docs`: writes the generated pages and fills the fences that quote tests.
import { showFinding } from "./finding.ts";
import { writeDocs } from "./generated-docs.ts";

const { written, findings } = await writeDocs();
for (const path of written) console.log(`wrote ${path}`);
for (const finding of findings) console.error(showFinding(finding));
process.exitCode = findings.length === 0 ? 0 : 1;
