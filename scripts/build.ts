import { buildPackage } from "./build-package.ts";

await buildPackage({ force: process.argv.includes("--force") });
