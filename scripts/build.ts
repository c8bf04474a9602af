import { buildPackage } from "./build-package.ts";

buildPackage({ force: process.argv.includes("--force") });
