import { randomBytes } from "node:crypto";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { RunningLease, RunningService } from "../../src/engines/engine.ts";
import engine from "../../src/engines/mysql/engine.ts";
import { mariadb, mysql, type MysqlOptions } from "../../src/engines/mysql/service.ts";
import type { MysqlHandle } from "../../src/engines/mysql/handle.ts";
import type { LeaseClient } from "../../src/isolation/lease.ts";
import { type EngineContext, engineContext, openClientOn } from "../engine-context.ts";

export interface RunningMariadb extends AsyncDisposable {
  readonly context: EngineContext;
  readonly run: RunningService;
  readonly steps: readonly string[];
  open(slot: number): Promise<{
    readonly lease: RunningLease;
    readonly client: LeaseClient<MysqlHandle>;
  }>;
}

export interface RunningMariadbOptions {
  readonly cache: string;
  readonly options?: MysqlOptions;
  readonly files?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly flavour?: "mysql" | "mariadb";
  /** Of another one, to be the same stack again. */
  readonly folder?: string;
}

/** The engine as the supervisor drives it, and clients as workers open them. */
export async function runningMariadb({
  cache,
  options = {},
  files = {},
  environment = {},
  flavour = "mariadb",
}: RunningMariadbOptions): Promise<RunningMariadb> {
  const service = (flavour === "mariadb" ? mariadb : mysql)(options);
  const context = await engineContext(service);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(context.folder, path)), { recursive: true });
    await writeFile(join(context.folder, path), text);
  }
  // The supervisor's folder for data lets a server of another user pass, too.
  await chmod(context.folder, 0o711);
  const steps: string[] = [];
  const clients: LeaseClient<MysqlHandle>[] = [];
  try {
    const run = await engine.start({
      ...context.start,
      environment: { ...context.start.environment, ...environment },
      folders: { ...context.start.folders, cache },
      progress: (step) => steps.push(step),
    });
    return {
      context,
      run,
      steps,
      async open(slot) {
        const lease = await context.lease(run, slot);
        await lease.seal?.();
        const client = await openClientOn(service, lease);
        clients.push(client);
        return { lease, client };
      },
      async [Symbol.asyncDispose]() {
        for (const client of clients) await client[Symbol.asyncDispose]();
        await run.stop();
        await context[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await context[Symbol.asyncDispose]();
    throw error;
  }
}

/** Migrations that no cache knows. */
export function shopFiles(): Readonly<Record<string, string>> {
  return {
    "db/1_cameras.sql": `-- ${randomBytes(8).toString("hex")}
create table cameras (id int auto_increment primary key, name varchar(100) not null unique, shouted varchar(100) as (upper(name)));
insert into cameras (name) values ('front; door'), ('it''s back');
create view doors as select id, name from cameras where name like '%door%';
`,
    "db/2_events.sql": `create table events (id bigint auto_increment primary key, camera int, note text,
  constraint of_camera foreign key (camera) references cameras (id) on delete cascade);
create table audit (id int auto_increment primary key, what varchar(100));
delimiter //
create trigger after_event after insert on events for each row
begin
  insert into audit (what) values (concat('event ', new.id));
end //
create trigger after_removal after delete on events for each row
begin
  insert into audit (what) values (concat('removed ', old.id));
end //
create procedure note_all() begin insert into events (camera, note) select id, 'noted; all' from cameras; end //
delimiter ;
`,
    "db/seed.json": JSON.stringify({ audit: [{ id: 7, what: "seeded" }] }),
  };
}
