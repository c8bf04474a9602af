/** `migrate`, run as a command with `DATABASE_URL` in its environment. */
export interface MigrateCommand {
  readonly command: readonly string[];
  /** Files and folders that decide its result. Without them every start runs the command anew. */
  readonly inputs?: readonly string[];
}

/**
 * The migrations of Prisma, read from its folder, without starting Prisma. With `push`, `prisma db push` makes the schema.
 *
 * @default folder "prisma/migrations", schema "prisma/schema.prisma"
 */
export function prisma({
  folder = "prisma/migrations",
  schema = "prisma/schema.prisma",
  push = false,
}: { readonly folder?: string; readonly schema?: string; readonly push?: boolean } = {}):
  | string
  | MigrateCommand {
  if (!push) return folder;
  return {
    command: ["npx", "--no-install", "prisma", "db", "push", "--skip-generate", "--schema", schema],
    inputs: [schema],
  };
}

/**
 * The migrations of Drizzle Kit, read from its output folder.
 *
 * @default folder "drizzle"
 */
export function drizzle({ folder = "drizzle" }: { readonly folder?: string } = {}): string {
  return folder;
}

/**
 * The migrations of Kysely, run by kysely-ctl, whose configuration has to read `DATABASE_URL`.
 *
 * @default folder "migrations"
 */
export function kysely({
  folder = "migrations",
}: { readonly folder?: string } = {}): MigrateCommand {
  return { command: ["npx", "--no-install", "kysely", "migrate:latest"], inputs: [folder] };
}

/**
 * The migrations of TypeORM, run by its own command on the data source file, which has to read `DATABASE_URL`. For one in
 * TypeScript take `bin: "typeorm-ts-node-esm"` or `"typeorm-ts-node-commonjs"`.
 *
 * @default dataSource "src/data-source.js", folder "src/migrations", bin "typeorm"
 */
export function typeorm({
  dataSource = "src/data-source.js",
  folder = "src/migrations",
  bin = "typeorm",
}: {
  readonly dataSource?: string;
  readonly folder?: string;
  readonly bin?: string;
} = {}): MigrateCommand {
  return {
    command: ["npx", "--no-install", bin, "migration:run", "-d", dataSource],
    inputs: [folder, dataSource],
  };
}
