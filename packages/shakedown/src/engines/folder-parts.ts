import { type Dirent, readdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import type { ReusePart } from "./reuse-part.ts";

/** Programs and what configures them. What a program writes while it runs is mostly something else. */
const source =
  /\.(?:[cm]?[jt]sx?|json|ya?ml|toml|py|rb|erb|php|go|mod|rs|java|kt|kts|scala|exs?|cs|fs|csproj|gradle|xml|properties|lua|pl|sh|sql|prisma|graphql|gql|proto|vue|svelte|html|hbs|ejs|env)$|^(?:Gemfile|Pipfile)(?:\.lock)?$/;
const ofTests =
  /\.(?:test|spec|bench|stack)\.\w+$|^test_.*\.py$|_test\.\w+$|^conftest\.py$|^(?:vite|vitest|jest|playwright)\.config\.\w+$/;
const otherFolders =
  /^(?:\..*|__.*__|node_modules|venv|target|vendor|coverage|tests?|specs?|e2e|test-results|playwright-report|te?mp|logs?|uploads|docs)$/;
const mostFiles = 5000;

/** The sources in a folder, by size and time, since there can be thousands, and every test run asks. */
export function partsOfFolder(folder: string, root: string): ReusePart[] {
  const parts: ReusePart[] = [];
  const waiting = [folder];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const entry of entriesOf(next)) {
      const file = join(next, entry.name);
      if (entry.isDirectory()) {
        if (!otherFolders.test(entry.name)) waiting.push(file);
      } else if (source.test(entry.name) && !ofTests.test(entry.name)) {
        const found = statSync(file, { throwIfNoEntry: false });
        if (found === undefined) continue;
        parts.push({
          what: `file ${relative(root, file)}`,
          hash: `${found.size} ${found.mtimeMs}`,
        });
        // What is that large is no folder of one program, and `inputs` can say which one it is.
        if (parts.length > mostFiles) return [];
      }
    }
  }
  return parts;
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).toSorted((left, right) =>
      left.name < right.name ? -1 : 1,
    );
  } catch {
    // Not there, or not ours to read: validation says so where it matters.
    return [];
  }
}
