import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export interface Project extends AsyncDisposable {
  readonly root: string;
  readonly cache: string;
  write(files: Readonly<Record<string, string>>): Promise<void>;
}

/** A folder with a stack's files, and a cache of its own beside it. */
export async function makeProject(
  files: Readonly<Record<string, string>>,
  name = "project",
): Promise<Project> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "shakedown-pg-")));
  const root = join(folder, name);
  const write = async (wanted: Readonly<Record<string, string>>): Promise<void> => {
    for (const [path, text] of Object.entries(wanted)) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    }
  };
  await mkdir(root, { recursive: true });
  await write(files);
  return {
    root,
    cache: join(folder, `${name} cache`),
    write,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

export const shop = {
  "db/migrations/001_cameras.sql": `create table cameras (id serial primary key, name text not null unique);
insert into cameras (name) values ('front; door'), ('it''s back');
create function touch() returns trigger language plpgsql as $$ begin return new; end; $$;
`,
  "db/migrations/002_events.up.sql":
    "create table events (id bigint generated always as identity primary key, camera int references cameras, note text);\n",
  "db/migrations/002_events.down.sql": "drop table events;\n",
};
