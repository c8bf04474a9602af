import { setTimeout as sleep } from "node:timers/promises";
import { type PgClient, quoteName, quoteText } from "../driver.ts";

/** Connections to a database that is a template, or about to be dropped, are in the way. */
export async function evict(control: PgClient, database: string): Promise<void> {
  // The server's own wait after a termination polls at 100 ms; this one does not.
  for (let tries = 0; tries < 500; tries += 1) {
    const { rows } = await control.query<{ pid: number }>(
      "select pid, pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()",
      [database],
    );
    if (rows.length === 0) return;
    await sleep(2);
  }
}

export async function dropDatabase(control: PgClient, database: string): Promise<void> {
  const name = quoteName(database);
  const { rows } = await control.query("select 1 from pg_database where datname = $1", [database]);
  if (rows.length === 0) return;
  // Keeps an application that reconnects at once from coming back between the eviction and the drop.
  await control.query(`alter database ${name} with allow_connections false is_template false`);
  await evict(control, database);
  await control.query(`drop database if exists ${name}`);
}

export interface CloneOptions {
  readonly template: string;
  readonly database: string;
  readonly owner: string;
  /** Servers before version 15 know one way only. */
  readonly fileCopy: boolean;
}

export async function cloneDatabase(control: PgClient, options: CloneOptions): Promise<void> {
  const { template, database, owner, fileCopy } = options;
  const strategy = fileCopy ? " strategy file_copy" : "";
  await control.query(
    `create database ${quoteName(database)} template ${quoteName(template)} owner ${quoteName(owner)}${strategy}`,
  );
}

/** Statements that give a clone what copies do not take along: settings, rights and the comment of the template. */
export async function cloneRepairs(
  control: PgClient,
  template: string,
): Promise<(database: string) => readonly string[]> {
  const { rows } = await control.query<{
    settings: Setting[];
    grants: Grant[];
    comment: string | null;
    locked: boolean;
  }>(
    `select
       (select coalesce(json_agg(json_build_object('role', r.rolname, 'setting', c) order by r.rolname nulls first), '[]')
          from pg_db_role_setting s left join pg_roles r on r.oid = s.setrole, unnest(s.setconfig) c
         where s.setdatabase = d.oid) as settings,
       (select coalesce(json_agg(json_build_object('privilege', a.privilege_type, 'grantee', g.rolname, 'grantable', a.is_grantable)), '[]')
          from aclexplode(d.datacl) a left join pg_roles g on g.oid = a.grantee
         where a.grantee <> d.datdba) as grants,
       d.datacl is not null as locked,
       shobj_description(d.oid, 'pg_database') as comment
     from pg_database d where d.datname = $1`,
    [template],
  );
  const found = rows[0];
  if (found === undefined) return () => [];
  return (database) => {
    const name = quoteName(database);
    return [
      ...found.settings.map(({ role, setting }) => settingStatement(name, role, setting)),
      ...(found.locked ? [`revoke all on database ${name} from public`] : []),
      ...found.grants.map(
        ({ privilege, grantee, grantable }) =>
          `grant ${privilege} on database ${name} to ${grantee === null ? "public" : quoteName(grantee)}${grantable ? " with grant option" : ""}`,
      ),
      ...(found.comment === null
        ? []
        : [`comment on database ${name} is ${quoteText(found.comment)}`]),
    ];
  };
}

interface Setting {
  readonly role: string | null;
  readonly setting: string;
}

interface Grant {
  readonly privilege: string;
  readonly grantee: string | null;
  readonly grantable: boolean;
}

/** Lists such as search_path are kept as one text that is a list already. */
const listSettings = new Set([
  "search_path",
  "temp_tablespaces",
  "session_preload_libraries",
  "local_preload_libraries",
  "DateStyle",
]);

function settingStatement(database: string, role: string | null, setting: string): string {
  const at = setting.indexOf("=");
  const name = setting.slice(0, at);
  const value = setting.slice(at + 1);
  const subject =
    role === null ? `database ${database}` : `role ${quoteName(role)} in database ${database}`;
  const parts = name.split(".").map(quoteName).join(".");
  return `alter ${subject} set ${parts} to ${listSettings.has(name) && value !== "" ? value : quoteText(value)}`;
}
