/**
 * How changes are noticed that rows alone do not bring back: the schema by event triggers, and what has none by the
 * number and age of its rows. An ALTER is judged by what it left behind.
 */
export const notesSql = `
create function shakedown_undo.shape(relation oid) returns text language sql stable set search_path = pg_catalog, pg_temp as $$
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
create function shakedown_undo.surroundings() returns text language plpgsql stable as $$
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

create function shakedown_undo.saw_command() returns event_trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  command record;
begin
  if 'on' in (current_setting('shakedown.control', true), current_setting('shakedown.guard', true)) then return; end if;
  for command in select * from pg_event_trigger_ddl_commands() loop
    continue when command.schema_name = 'pg_temp' or command.command_tag in ('COMMENT', 'REINDEX');
    if command.command_tag = 'REFRESH MATERIALIZED VIEW' then
      insert into shakedown_undo.note values ('refresh', command.objid, 'REFRESH MATERIALIZED VIEW');
    elsif command.command_tag in ('ALTER TABLE', 'ALTER SEQUENCE')
      and (exists (select from shakedown_undo.tables t where t.relid = command.objid) or exists (select from shakedown_undo.sequences s where s.relid = command.objid)) then
      perform shakedown_undo.wake(command.objid);
      insert into shakedown_undo.note values ('alter', command.objid, shakedown_undo.brief(current_query()));
    else
      insert into shakedown_undo.note values ('ddl', command.objid, shakedown_undo.brief(current_query()));
    end if;
  end loop;
end $$;

create function shakedown_undo.saw_drop() returns event_trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if 'on' in (current_setting('shakedown.control', true), current_setting('shakedown.guard', true)) then return; end if;
  if exists (select from pg_event_trigger_dropped_objects() o where o.original and not o.is_temporary) then
    insert into shakedown_undo.note values ('ddl', null, shakedown_undo.brief(current_query()));
  end if;
end $$;

create event trigger shakedown_command on ddl_command_end execute function shakedown_undo.saw_command();
create event trigger shakedown_drop on sql_drop execute function shakedown_undo.saw_drop();
alter event trigger shakedown_command enable always;
alter event trigger shakedown_drop enable always;

create function shakedown_undo.changed_surroundings(before text) returns text language sql stable set search_path = pg_catalog, pg_temp as $$
  select 'outside of tables changed: ' || string_agg(regexp_replace(w.part, '[ 0-9]+$', ''), ', ')
  from string_to_table(before, ';') with ordinality w(part, place)
  join string_to_table(shakedown_undo.surroundings(), ';') with ordinality i(part, place) using (place)
  where w.part <> i.part
$$;

-- The reason why rows alone do not bring the baseline back, if there is one. An ALTER that left everything as it was is none.
create function shakedown_undo.judge() returns text language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  found_reason text;
begin
  select case n.kind when 'budget' then n.reason when 'truncate' then n.reason else 'the schema was changed: ' || n.reason end into found_reason
    from shakedown_undo.note n
    where n.kind in ('ddl', 'budget', 'truncate')
       or n.kind = 'alter' and shakedown_undo.shape(n.relid) is distinct from coalesce(
            (select t.shape from shakedown_undo.tables t where t.relid = n.relid),
            (select s.shape from shakedown_undo.sequences s where s.relid = n.relid limit 1))
    limit 1;
  return found_reason;
end $$;

-- After the rows are back: what was computed from them, and the notes themselves.
create function shakedown_undo.settle() returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  view oid;
begin
  for view in select distinct n.relid from shakedown_undo.note n where n.kind = 'refresh' loop
    execute format('refresh materialized view %s', view::regclass);
  end loop;
  delete from shakedown_undo.note;
end $$;

-- Replaced by one that reads the application's sequences.
create function shakedown_undo.sequence_states() returns table (relid oid, last_value bigint, is_called boolean) language sql as $$
  select 0::oid, 0::bigint, false where false
$$;
`;
