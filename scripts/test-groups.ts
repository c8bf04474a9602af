import { join } from "node:path";
import { exampleFolder, packageFolder, pageFolder, root } from "./places.ts";

export interface Group {
  readonly name: string;
  readonly about: string;
  readonly folder: string;
  /** The Vitest project, where the folder's configuration has several. */
  readonly project?: string;
  /** Files whose path from the top folder starts so belong to this group. */
  readonly prefixes: readonly string[];
  readonly needsServices: boolean;
}

export const groups: readonly Group[] = [
  {
    name: "unit",
    about: "needs Node and the loopback interface only",
    folder: packageFolder,
    project: "unit",
    prefixes: ["unit/", "packages/shakedown/unit/"],
    needsServices: false,
  },
  {
    name: "scripts",
    about: "the checks and generators of this repository",
    folder: join(root, "scripts"),
    prefixes: ["scripts/"],
    needsServices: false,
  },
  {
    name: "page",
    about: "what the report's page folds, orders and quotes; needs Node only",
    folder: pageFolder,
    prefixes: ["packages/page/"],
    needsServices: false,
  },
  {
    name: "service",
    about: "the engines against live PostgreSQL and Redis servers",
    folder: packageFolder,
    project: "service",
    prefixes: ["service/", "packages/shakedown/service/"],
    needsServices: true,
  },
  {
    name: "e2e",
    about: "the built command line, as a user runs it",
    folder: packageFolder,
    project: "e2e",
    prefixes: ["e2e/", "packages/shakedown/e2e/"],
    needsServices: true,
  },
  {
    name: "example",
    about: "examples/home-security, through the package's exports",
    folder: exampleFolder,
    prefixes: ["examples/home-security/"],
    needsServices: true,
  },
];

export interface Picked {
  readonly wanted: readonly Group[];
  readonly vitestArguments: readonly string[];
}

/** `unit` names a group; a path picks the group it lies in and is handed to Vitest, as flags are. */
export function pickGroups(argv: readonly string[]): Picked {
  const named = groups.filter(({ name }) => argv.includes(name));
  const others = argv.filter((argument) => !groups.some(({ name }) => name === argument));
  const paths = others.filter((argument) => !argument.startsWith("-") && argument.includes("/"));
  const byPath = groups.filter(({ prefixes }) =>
    paths.some((path) =>
      prefixes.some((prefix) => path.startsWith(prefix) || `${path}/` === prefix),
    ),
  );
  const wanted = groups.filter((group) => named.includes(group) || byPath.includes(group));
  return {
    wanted: wanted.length === 0 ? groups : wanted,
    vitestArguments: others.map((argument) =>
      paths.includes(argument) ? withoutFolder(argument) : argument,
    ),
  };
}

/** Vitest filters by parts of the path as seen from the group's own folder. */
function withoutFolder(path: string): string {
  return path.replace(
    /^(packages\/shakedown|packages\/page|scripts|examples\/home-security)\//,
    "",
  );
}
