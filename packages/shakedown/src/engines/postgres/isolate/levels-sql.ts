/** Why nothing is known any more after a crash of the server. */
export const crashed =
  "the server crashed and recovered, which empties the log of what changed, as it empties every unlogged table";

/** Of a table that a failed test changed, this many rows are told, each cut to so many characters. */
const mostChanges = 10;
const longestChange = 300;

/** The baseline and the marks above it. */
export const levelsSql = `
-- A recovery puts unlogged sequences back to where they were made, before any value was set.
create function shakedown_undo.is_emptied() returns boolean language plpgsql stable as $$
begin
  return not (select l.is_called from shakedown_undo.level l);
end $$;

create function shakedown_undo.has_rows(table_name text) returns boolean language plpgsql as $$
declare
  answer boolean;
begin
  execute format('select exists (select from %s)', table_name) into answer;
  return answer;
end $$;

-- True when nothing was written since the baseline was taken, so that it still stands.
create function shakedown_undo.seal(budget bigint, sequences_option text) returns boolean language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  baseline record;
begin
  select * into strict baseline from shakedown_undo.state;
  if baseline.floor <> 0 or baseline.sequences <> sequences_option or shakedown_undo.is_emptied()
    or (select last_value from shakedown_undo.level) <> 0
    or exists (select from shakedown_undo.note)
    or exists (select from shakedown_undo.tables t where t.dirt <> 0 or pg_sequence_last_value(t.touch) is distinct from t.seen)
    or exists (
      select from shakedown_undo.sequence_states() n join shakedown_undo.sequences s on s.relid = n.relid and s.level = 0
      where (n.last_value, n.is_called) is distinct from (s.last_value, s.is_called))
  then return false; end if;
  update shakedown_undo.state set row_budget = budget, surroundings = shakedown_undo.surroundings()
    where row_budget <> budget or surroundings <> shakedown_undo.surroundings();
  perform setval('shakedown_undo.allowance', budget + 1);
  return true;
end $$;

-- Makes the present state level \`lvl\`. Gives a reason instead when that takes a new baseline.
create function shakedown_undo.mark(lvl integer) returns text language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  dirty record;
  entry record;
  reason text;
begin
  if shakedown_undo.is_emptied() then return '${crashed}'; end if;
  select array_agg(t.relid) as relids, array_agg(t.tree) as trees, array_agg(m.mark) as marks, string_agg(t.refusal, '; ') as refusal,
      string_agg(t.lock_name, ', ') as locks
    into dirty
    from shakedown_undo.tables t
    cross join lateral (select pg_sequence_last_value(t.touch) as mark offset 0) m
    where m.mark is distinct from t.seen;
  lock table shakedown_undo.note in share row exclusive mode;
  if dirty.locks is not null then
    execute 'lock table ' || dirty.locks || ' in share row exclusive mode';
  end if;
  select coalesce(shakedown_undo.judge(), dirty.refusal, case when s.surroundings <> shakedown_undo.surroundings() then shakedown_undo.changed_surroundings(s.surroundings) end,
    case when s.floor >= lvl then s.floor_reason end) into reason from shakedown_undo.state s;
  if reason is not null then return reason; end if;
  for entry in select t.tree, array_agg(t.relid) as relids, bool_or(shakedown_undo.has_rows(t.lock_name)) as has_rows from shakedown_undo.tables t
    where t.tree = any (dirty.trees) and coalesce(t.filled, lvl + 1) > lvl group by t.tree
  loop
    if entry.has_rows then
      update shakedown_undo.tables t set filled = lvl where t.tree = entry.tree;
      perform shakedown_undo.track(relid) from unnest(entry.relids) as relid;
    end if;
  end loop;
  update shakedown_undo.tables t set seen = d.mark from unnest(dirty.relids, dirty.marks) as d(relid, mark) where t.relid = d.relid;
  update shakedown_undo.tables t set dirt = t.dirt & ((1 << lvl) - 1) | (1 << (lvl - 1)) where t.dirt >> lvl <> 0 or t.relid = any (dirty.relids);
  if (select last_value from shakedown_undo.level) >= lvl then
    update shakedown_undo.log l set level = lvl - 1 where l.level >= lvl;
    delete from shakedown_undo.sequences s where s.level >= lvl;
  end if;
  insert into shakedown_undo.sequences (relid, name, level, last_value, is_called)
    select n.relid, '', lvl, n.last_value, n.is_called from shakedown_undo.sequence_states() n;
  perform setval('shakedown_undo.level', lvl), setval('shakedown_undo.allowance', (select s.row_budget + 1 from shakedown_undo.state s));
  return null;
end $$;

-- What a reset to level \`lvl\` would put right, only looked at: a table that is locked or gone is left out.
create function shakedown_undo.touched(lvl integer) returns jsonb language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  entry record;
  found_rows bigint;
  found_changes jsonb;
  answer jsonb := '[]';
begin
  for entry in
    select t.tree, t.name, t.lock_name, t.filled from shakedown_undo.tables t
    where t.relid = t.tree and exists (
      select from shakedown_undo.tables m
      where m.tree = t.tree and (m.dirt >> lvl <> 0 or pg_sequence_last_value(m.touch) is distinct from m.seen))
    order by t.name
  loop
    if entry.filled is null or entry.filled > lvl then
      continue when entry.lock_name is null;
      begin
        execute format('select count(*), (select jsonb_agg(left(''+ '' || (r.*)::text, ${longestChange})) from (select * from %1$s limit ${mostChanges}) r) from %1$s', entry.lock_name)
          into found_rows, found_changes;
      exception when lock_not_available or undefined_table or invalid_schema_name then
        continue;
      end;
    else
      with changed as materialized (
        select l.row, sum(l.sign) as net from shakedown_undo.log l where l.tree = entry.tree and l.level >= lvl group by l.row having sum(l.sign) <> 0
      )
      select greatest(sum(s.net) filter (where s.net > 0), -sum(s.net) filter (where s.net < 0)),
          (select jsonb_agg(left(case when f.net > 0 then '- ' else '+ ' end || f.row, ${longestChange}))
            from (select c.row, c.net from changed c order by c.row collate "C", c.net desc limit ${mostChanges}) f)
        into found_rows, found_changes from changed s;
    end if;
    if found_rows > 0 then
      answer := answer || jsonb_build_object('name', entry.name, 'rows', found_rows, 'changes', coalesce(found_changes, '[]'));
    end if;
  end loop;
  return answer;
end $$;
`;
