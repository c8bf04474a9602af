/**
 * What every slot database holds in its schema `shakedown_undo`. No role may have that name: a schema named like the role
 * comes before `public`, and would get the tables that the application makes. Nothing here refers to an object of the
 * application, so no DROP or ALTER of it is ever in its way.
 *
 *   tables      a row for each table: its mark, when it was last seen, how it is reset
 *   sequences   the application's sequences as they were at each level
 *   state       one row: what is outside of tables (roles, settings, large objects) at the baseline
 *   log         states of rows that were left (+1) and entered (-1); no index, no constraint, only ever appended to
 *   note        what cannot be undone by rows: DDL, a budget that is spent
 *   touch_<oid> a sequence for each table; moves with every statement that writes there, committed or not
 *   level, allowance   sequences read as relations, because a sequence is the one thing that is the same in every snapshot
 */
export const schemaSql = `
create schema shakedown_undo;
grant usage on schema shakedown_undo to public;

create table shakedown_undo.tables (
  relid oid not null,
  tree oid not null,
  name text not null,
  lock_name text,
  touch regclass not null,
  seen bigint,
  dirt integer not null default 0,
  filled integer,
  refusal text,
  shape text
) with (fillfactor = 50);

create table shakedown_undo.sequences (
  relid oid not null,
  name text not null,
  level integer not null,
  last_value bigint not null,
  is_called boolean not null,
  shape text
);

create table shakedown_undo.state (
  floor integer not null,
  floor_reason text,
  row_budget bigint not null,
  sequences text not null,
  surroundings text not null
);

create unlogged table shakedown_undo.log (
  tree oid not null,
  relid oid not null,
  level integer not null,
  sign integer not null,
  row text collate "C" not null
);

create unlogged table shakedown_undo.note (kind text not null, relid oid, reason text not null);

create unlogged sequence shakedown_undo.level minvalue 0 start 0;
create unlogged sequence shakedown_undo.allowance minvalue 0 start 0;

create function shakedown_undo.nothing() returns trigger language plpgsql as $$ begin return null; end $$;

create function shakedown_undo.brief(statement text) returns text language sql immutable as $$
  select case when length(s) > 200 then left(s, 199) || '…' else s end
  from (select pg_catalog.regexp_replace(pg_catalog.btrim(statement), '\\s+', ' ', 'g')) as shortened(s)
$$;

create function shakedown_undo.note_spent(relid oid) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  insert into shakedown_undo.note values ('budget', relid, format('more rows of %s changed than are undone (rowBudget): %s', relid::regclass, shakedown_undo.brief(current_query())));
end $$;

${logFunction(
  "log_insert",
  `select tg_argv[0]::oid, tg_relid, (select last_value from shakedown_undo.level), -1, (r.*)::text
     from (select * from entered limit shakedown_allowance) r`,
)}
${logFunction(
  "log_delete",
  `select tg_argv[0]::oid, tg_relid, (select last_value from shakedown_undo.level), 1, (r.*)::text
     from (select * from left_behind limit shakedown_allowance) r`,
)}
${logFunction(
  "log_update",
  `select tg_argv[0]::oid, tg_relid, (select last_value from shakedown_undo.level), 1, (r.*)::text
     from (select * from left_behind limit shakedown_allowance) r
   union all
   select tg_argv[0]::oid, tg_relid, (select last_value from shakedown_undo.level), -1, (r.*)::text
     from (select * from entered limit shakedown_allowance) r`,
  2,
)}

create function shakedown_undo.log_truncate() returns trigger language plpgsql security definer ${pinnedSettings()} as $$
declare
  allowance bigint := (select last_value from shakedown_undo.allowance);
  logged bigint;
begin
  if current_setting('transaction_isolation') in ('repeatable read', 'serializable') then
    -- TRUNCATE removes rows that this snapshot does not see, and they could not be logged.
    insert into shakedown_undo.note values ('truncate', tg_relid, format('TRUNCATE of %s under %s: %s', tg_relid::regclass, current_setting('transaction_isolation'), shakedown_undo.brief(current_query())));
    return null;
  end if;
  execute format(
    'insert into shakedown_undo.log select %s, %s, (select last_value from shakedown_undo.level), 1, (r.*)::text from (select * from only %s limit %s) r',
    tg_argv[0], tg_relid, tg_relid::regclass, allowance + 1
  );
  get diagnostics logged = row_count;
  if logged > allowance then perform shakedown_undo.note_spent(tg_relid); end if;
  perform setval('shakedown_undo.allowance', greatest(allowance - logged, 0));
  return null;
end $$;

create function shakedown_undo.track(relid oid) returns void language plpgsql as $$
declare
  t record;
begin
  select c.oid::regclass as name, k.tree, c.relkind into strict t
    from shakedown_undo.tables k join pg_catalog.pg_class c on c.oid = k.relid where k.relid = track.relid;
  if exists (select from pg_catalog.pg_trigger g where g.tgrelid = track.relid and g.tgname = '~shakedown_insert') then return; end if;
  execute format('
    create trigger "~shakedown_insert" after insert on %1$s referencing new table as entered for each statement %2$s execute function shakedown_undo.log_insert(%3$s);
    create trigger "~shakedown_update" after update on %1$s referencing old table as left_behind new table as entered for each statement %2$s execute function shakedown_undo.log_update(%3$s);
    create trigger "~shakedown_delete" after delete on %1$s referencing old table as left_behind for each statement %2$s execute function shakedown_undo.log_delete(%3$s)',
    t.name, 'when (current_setting(''shakedown.control'', true) is distinct from ''on'')', t.tree);
  -- TRUNCATE of a partitioned table fires the triggers of every partition: only what holds rows logs them.
  if t.relkind = 'r' then
    execute format('create trigger "~shakedown_truncate" before truncate on %1$s for each statement %2$s execute function shakedown_undo.log_truncate(%3$s)',
      t.name, 'when (current_setting(''shakedown.control'', true) is distinct from ''on'')', t.tree);
  end if;
  perform shakedown_undo.wake(track.relid);
end $$;

create function shakedown_undo.wake(relid oid) returns void language plpgsql security definer set shakedown.guard = 'on' as $$
declare
  command text;
begin
  select string_agg(format('enable always trigger %I', g.tgname), ', ') into command
    from pg_catalog.pg_trigger g
    where g.tgrelid = wake.relid and g.tgname like '~shakedown\\_%' and g.tgenabled <> 'A';
  if command is not null then execute format('alter table %s %s', wake.relid::regclass, command); end if;
end $$;
`;

/** Text in and text out has to mean the same in every session: all that a type's text depends on is pinned. */
function pinnedSettings(): string {
  return Object.entries({
    search_path: "pg_catalog, pg_temp",
    DateStyle: "'ISO, YMD'",
    IntervalStyle: "'postgres'",
    TimeZone: "'UTC'",
    extra_float_digits: "1",
    bytea_output: "'hex'",
    lc_monetary: "'C'",
    xmloption: "'content'",
  })
    .map(([name, value]) => `set ${name} = ${value}`)
    .join(" ");
}

function logFunction(name: string, rows: string, rowsForEach = 1): string {
  return `create function shakedown_undo.${name}() returns trigger language plpgsql security definer ${pinnedSettings()} as $$
declare
  -- Read once: what is left out has to be noted, whoever else writes at the same time.
  shakedown_allowance bigint := (select last_value from shakedown_undo.allowance);
  logged bigint;
begin
  insert into shakedown_undo.log ${rows};
  get diagnostics logged = row_count;
  logged := logged / ${rowsForEach};
  if logged > 0 or shakedown_allowance = 0 then
    -- Two sessions may spend the same allowance: it bounds the time of a reset, and nothing else hangs on it.
    if logged >= shakedown_allowance then perform shakedown_undo.note_spent(tg_relid); end if;
    perform setval('shakedown_undo.allowance', greatest(shakedown_allowance - logged, 0));
  end if;
  return null;
end $$;`;
}
