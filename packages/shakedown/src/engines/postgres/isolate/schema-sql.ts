/**
 * What every slot database holds in its schema `shakedown`. Nothing here refers to an object of the application, so no
 * DROP or ALTER of the application is ever in its way.
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
create schema shakedown;
grant usage on schema shakedown to public;

create table shakedown.tables (
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

create table shakedown.sequences (
  relid oid not null,
  name text not null,
  level integer not null,
  last_value bigint not null,
  is_called boolean not null,
  shape text
);

create table shakedown.state (
  floor integer not null,
  floor_reason text,
  row_budget bigint not null,
  sequences text not null,
  surroundings text not null
);

create unlogged table shakedown.log (
  tree oid not null,
  relid oid not null,
  level integer not null,
  sign integer not null,
  row text collate "C" not null
);

create unlogged table shakedown.note (kind text not null, relid oid, reason text not null);

create unlogged sequence shakedown.level minvalue 0 start 0;
create unlogged sequence shakedown.allowance minvalue 0 start 0;

create function shakedown.nothing() returns trigger language plpgsql as $$ begin return null; end $$;

create function shakedown.brief(statement text) returns text language sql immutable as $$
  select case when length(s) > 200 then left(s, 199) || '…' else s end
  from (select pg_catalog.regexp_replace(pg_catalog.btrim(statement), '\\s+', ' ', 'g')) as shortened(s)
$$;

create function shakedown.note_spent(relid oid) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  insert into shakedown.note values ('budget', relid, format('more rows of %s changed than are undone (rowBudget): %s', relid::regclass, shakedown.brief(current_query())));
end $$;

${logFunction(
  "log_insert",
  `select tg_argv[0]::oid, tg_relid, (select last_value from shakedown.level), -1, (r.*)::text
     from (select * from entered limit (select last_value from shakedown.allowance)) r`,
)}
${logFunction(
  "log_delete",
  `select tg_argv[0]::oid, tg_relid, (select last_value from shakedown.level), 1, (r.*)::text
     from (select * from left_behind limit (select last_value from shakedown.allowance)) r`,
)}
${logFunction(
  "log_update",
  `select tg_argv[0]::oid, tg_relid, (select last_value from shakedown.level), 1, (r.*)::text
     from (select * from left_behind limit (select last_value from shakedown.allowance)) r
   union all
   select tg_argv[0]::oid, tg_relid, (select last_value from shakedown.level), -1, (r.*)::text
     from (select * from entered limit (select last_value from shakedown.allowance)) r`,
  2,
)}

create function shakedown.log_truncate() returns trigger language plpgsql security definer ${pinnedSettings()} as $$
declare
  allowance bigint := (select last_value from shakedown.allowance);
  logged bigint;
begin
  if current_setting('transaction_isolation') in ('repeatable read', 'serializable') then
    -- TRUNCATE removes rows that this snapshot does not see, and they could not be logged.
    insert into shakedown.note values ('truncate', tg_relid, format('TRUNCATE of %s under %s: %s', tg_relid::regclass, current_setting('transaction_isolation'), shakedown.brief(current_query())));
    return null;
  end if;
  execute format(
    'insert into shakedown.log select %s, %s, (select last_value from shakedown.level), 1, (r.*)::text from (select * from only %s limit %s) r',
    tg_argv[0], tg_relid, tg_relid::regclass, allowance + 1
  );
  get diagnostics logged = row_count;
  if logged > allowance then perform shakedown.note_spent(tg_relid); end if;
  perform setval('shakedown.allowance', greatest(allowance - logged, 0));
  return null;
end $$;

create function shakedown.track(relid oid) returns void language plpgsql as $$
declare
  t record;
begin
  select c.oid::regclass as name, k.tree, c.relkind into strict t
    from shakedown.tables k join pg_catalog.pg_class c on c.oid = k.relid where k.relid = track.relid;
  if exists (select from pg_catalog.pg_trigger g where g.tgrelid = track.relid and g.tgname = '~shakedown_insert') then return; end if;
  execute format('
    create trigger "~shakedown_insert" after insert on %1$s referencing new table as entered for each statement %2$s execute function shakedown.log_insert(%3$s);
    create trigger "~shakedown_update" after update on %1$s referencing old table as left_behind new table as entered for each statement %2$s execute function shakedown.log_update(%3$s);
    create trigger "~shakedown_delete" after delete on %1$s referencing old table as left_behind for each statement %2$s execute function shakedown.log_delete(%3$s)',
    t.name, 'when (current_setting(''shakedown.control'', true) is distinct from ''on'')', t.tree);
  -- TRUNCATE of a partitioned table fires the triggers of every partition: only what holds rows logs them.
  if t.relkind = 'r' then
    execute format('create trigger "~shakedown_truncate" before truncate on %1$s for each statement %2$s execute function shakedown.log_truncate(%3$s)',
      t.name, 'when (current_setting(''shakedown.control'', true) is distinct from ''on'')', t.tree);
  end if;
  perform shakedown.wake(track.relid);
end $$;

create function shakedown.wake(relid oid) returns void language plpgsql security definer set shakedown.guard = 'on' as $$
declare
  command text;
begin
  select string_agg(format('enable always trigger %I', g.tgname), ', ') into command
    from pg_catalog.pg_trigger g
    where g.tgrelid = wake.relid and g.tgname like '~shakedown\\_%' and g.tgenabled <> 'A';
  if command is not null then execute format('alter table %s %s', wake.relid::regclass, command); end if;
end $$;

create function shakedown.shape(relation oid) returns text language sql stable set search_path = pg_catalog, pg_temp as $$
  select md5(concat_ws('|',
    (select row(c.relname, c.relnamespace, c.relowner, c.relkind, c.relpersistence, c.relam, c.reltablespace, c.relrowsecurity, c.relforcerowsecurity, c.relreplident, c.relacl, c.reloptions, c.relispartition, c.relnatts)::text from pg_class c where c.oid = relation),
    (select string_agg(a::text, ',' order by a.attnum) from pg_attribute a where a.attrelid = relation),
    (select string_agg(row(d.adnum, d.adbin)::text, ',' order by d.adnum) from pg_attrdef d where d.adrelid = relation),
    (select string_agg(row(k.oid, k.conname, k.convalidated, pg_get_constraintdef(k.oid))::text, ',' order by k.oid) from pg_constraint k where relation in (k.conrelid, k.confrelid)),
    (select string_agg(row(i.indexrelid, i.indisclustered, i.indisvalid, i.indisreplident, pg_get_indexdef(i.indexrelid))::text, ',' order by i.indexrelid) from pg_index i where i.indrelid = relation),
    (select string_agg(row(g.oid, g.tgname, g.tgenabled, g.tgfoid)::text, ',' order by g.oid) from pg_trigger g where g.tgrelid = relation and g.tgname not like '~shakedown\\_%'),
    (select string_agg(row(w.oid, w.ev_enabled)::text, ',' order by w.oid) from pg_rewrite w where w.ev_class = relation),
    (select string_agg(p::text, ',' order by p.oid) from pg_policy p where p.polrelid = relation),
    (select string_agg(h::text, ',' order by h.inhrelid, h.inhparent) from pg_inherits h where relation in (h.inhrelid, h.inhparent)),
    (select s::text from pg_sequence s where s.seqrelid = relation)))
$$;

-- Roles and role settings belong to the whole cluster; a change made by another slot is seen here too.
-- Written in plpgsql because its plan is kept, which that of a SQL function is not before PostgreSQL 18.
create function shakedown.surroundings() returns text language plpgsql stable as $$
declare
  found text;
begin
  select concat_ws(';',
    (select concat('roles ', count(*), ' ', sum(x.xmin::text::bigint)) from pg_catalog.pg_authid x),
    (select concat('memberships ', count(*), ' ', sum(x.xmin::text::bigint)) from pg_catalog.pg_auth_members x),
    (select concat('settings ', count(*), ' ', sum(x.xmin::text::bigint)) from pg_catalog.pg_db_role_setting x
      where x.setdatabase = 0 or x.setdatabase = (select d.oid from pg_catalog.pg_database d where d.datname = current_database())),
    (select concat('large objects ', count(*), ' ', sum(x.xmin::text::bigint)) from pg_catalog.pg_largeobject_metadata x),
    (select concat('large object pages ', count(*), ' ', sum(x.xmin::text::bigint)) from pg_catalog.pg_largeobject x))
    into found;
  return found;
end $$;

create function shakedown.saw_command() returns event_trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  command record;
begin
  if 'on' in (current_setting('shakedown.control', true), current_setting('shakedown.guard', true)) then return; end if;
  for command in select * from pg_event_trigger_ddl_commands() loop
    continue when command.schema_name = 'pg_temp' or command.command_tag in ('COMMENT', 'REINDEX');
    if command.command_tag = 'REFRESH MATERIALIZED VIEW' then
      insert into shakedown.note values ('refresh', command.objid, 'REFRESH MATERIALIZED VIEW');
    elsif command.command_tag in ('ALTER TABLE', 'ALTER SEQUENCE')
      and (exists (select from shakedown.tables t where t.relid = command.objid) or exists (select from shakedown.sequences s where s.relid = command.objid)) then
      perform shakedown.wake(command.objid);
      insert into shakedown.note values ('alter', command.objid, shakedown.brief(current_query()));
    else
      insert into shakedown.note values ('ddl', command.objid, shakedown.brief(current_query()));
    end if;
  end loop;
end $$;

create function shakedown.saw_drop() returns event_trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if 'on' in (current_setting('shakedown.control', true), current_setting('shakedown.guard', true)) then return; end if;
  if exists (select from pg_event_trigger_dropped_objects() o where o.original and not o.is_temporary) then
    insert into shakedown.note values ('ddl', null, shakedown.brief(current_query()));
  end if;
end $$;

create event trigger shakedown_command on ddl_command_end execute function shakedown.saw_command();
create event trigger shakedown_drop on sql_drop execute function shakedown.saw_drop();
alter event trigger shakedown_command enable always;
alter event trigger shakedown_drop enable always;

create function shakedown.changed_surroundings(before text) returns text language sql stable set search_path = pg_catalog, pg_temp as $$
  select 'outside of tables changed: ' || string_agg(regexp_replace(w.part, '[ 0-9]+$', ''), ', ')
  from string_to_table(before, ';') with ordinality w(part, place)
  join string_to_table(shakedown.surroundings(), ';') with ordinality i(part, place) using (place)
  where w.part <> i.part
$$;

-- The reason why rows alone do not bring the baseline back, if there is one. An ALTER that left everything as it was is none.
create function shakedown.judge() returns text language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  found_reason text;
begin
  select case n.kind when 'budget' then n.reason when 'truncate' then n.reason else 'the schema was changed: ' || n.reason end into found_reason
    from shakedown.note n
    where n.kind in ('ddl', 'budget', 'truncate')
       or n.kind = 'alter' and shakedown.shape(n.relid) is distinct from coalesce(
            (select t.shape from shakedown.tables t where t.relid = n.relid),
            (select s.shape from shakedown.sequences s where s.relid = n.relid limit 1))
    limit 1;
  return found_reason;
end $$;

-- After the rows are back: what was computed from them, and the notes themselves.
create function shakedown.settle() returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  view oid;
begin
  for view in select distinct n.relid from shakedown.note n where n.kind = 'refresh' loop
    execute format('refresh materialized view %s', view::regclass);
  end loop;
  delete from shakedown.note;
end $$;

-- Replaced by one that reads the application's sequences.
create function shakedown.sequence_states() returns table (relid oid, last_value bigint, is_called boolean) language sql as $$
  select 0::oid, 0::bigint, false where false
$$;

create function shakedown.has_rows(table_name text) returns boolean language plpgsql as $$
declare
  answer boolean;
begin
  execute format('select exists (select from %s)', table_name) into answer;
  return answer;
end $$;

-- True when nothing was written since the baseline was taken, so that it still stands.
create function shakedown.seal(budget bigint, sequences_option text) returns boolean language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  baseline record;
begin
  select * into strict baseline from shakedown.state;
  if baseline.floor <> 0 or baseline.sequences <> sequences_option
    or (select last_value from shakedown.level) <> 0
    or exists (select from shakedown.note)
    or exists (select from shakedown.tables t where t.dirt <> 0 or pg_sequence_last_value(t.touch) is distinct from t.seen)
    or exists (
      select from shakedown.sequence_states() n join shakedown.sequences s on s.relid = n.relid and s.level = 0
      where (n.last_value, n.is_called) is distinct from (s.last_value, s.is_called))
  then return false; end if;
  update shakedown.state set row_budget = budget, surroundings = shakedown.surroundings()
    where row_budget <> budget or surroundings <> shakedown.surroundings();
  perform setval('shakedown.allowance', budget + 1);
  return true;
end $$;

-- Makes the present state level \`lvl\`. Gives a reason instead when that takes a new baseline.
create function shakedown.mark(lvl integer) returns text language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  dirty record;
  entry record;
  reason text;
begin
  select array_agg(t.relid) as relids, array_agg(t.tree) as trees, array_agg(m.mark) as marks, string_agg(t.refusal, '; ') as refusal,
      string_agg(t.lock_name, ', ') as locks
    into dirty
    from shakedown.tables t
    cross join lateral (select pg_sequence_last_value(t.touch) as mark offset 0) m
    where m.mark is distinct from t.seen;
  if dirty.locks is not null then
    execute 'lock table ' || dirty.locks || ' in share row exclusive mode';
  end if;
  select coalesce(shakedown.judge(), dirty.refusal, case when s.surroundings <> shakedown.surroundings() then shakedown.changed_surroundings(s.surroundings) end,
    case when s.floor >= lvl then s.floor_reason end) into reason from shakedown.state s;
  if reason is not null then return reason; end if;
  for entry in select t.tree, array_agg(t.relid) as relids, bool_or(shakedown.has_rows(t.lock_name)) as has_rows from shakedown.tables t
    where t.tree = any (dirty.trees) and coalesce(t.filled, lvl + 1) > lvl group by t.tree
  loop
    if entry.has_rows then
      update shakedown.tables t set filled = lvl where t.tree = entry.tree;
      perform shakedown.track(relid) from unnest(entry.relids) as relid;
    end if;
  end loop;
  update shakedown.tables t set seen = d.mark from unnest(dirty.relids, dirty.marks) as d(relid, mark) where t.relid = d.relid;
  update shakedown.tables t set dirt = t.dirt & ((1 << lvl) - 1) | (1 << (lvl - 1)) where t.dirt >> lvl <> 0 or t.relid = any (dirty.relids);
  if (select last_value from shakedown.level) >= lvl then
    update shakedown.log l set level = lvl - 1 where l.level >= lvl;
    delete from shakedown.sequences s where s.level >= lvl;
  end if;
  insert into shakedown.sequences (relid, name, level, last_value, is_called)
    select n.relid, '', lvl, n.last_value, n.is_called from shakedown.sequence_states() n;
  perform setval('shakedown.level', lvl), setval('shakedown.allowance', (select s.row_budget + 1 from shakedown.state s));
  return null;
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
  return `create function shakedown.${name}() returns trigger language plpgsql security definer ${pinnedSettings()} as $$
declare
  allowance bigint := (select last_value from shakedown.allowance);
  logged bigint;
begin
  insert into shakedown.log ${rows};
  get diagnostics logged = row_count;
  logged := logged / ${rowsForEach};
  if logged > 0 or allowance = 0 then
    -- Two sessions may overlook each other here: the budget is a limit of time, not of correctness.
    if logged >= allowance then perform shakedown.note_spent(tg_relid); end if;
    perform setval('shakedown.allowance', greatest(allowance - logged, 0));
  end if;
  return null;
end $$;`;
}
