-- Up Migration

alter table events add column search_vector tsvector;

-- A generated column cannot do this: array_to_string is not immutable.
create function events_search_vector() returns trigger language plpgsql as $$
begin
  new.search_vector :=
    setweight(to_tsvector('english', coalesce(new.summary, '')), 'A') ||
    setweight(to_tsvector('english', array_to_string(new.object_types, ' ')), 'B') ||
    setweight(to_tsvector('english', coalesce(new.reasoning, '')), 'C') ||
    setweight(to_tsvector('english', coalesce(new.notes, '')), 'D');
  return new;
end
$$;

create trigger events_search_vector
  before insert or update of summary, reasoning, notes, object_types on events
  for each row execute function events_search_vector();

create index events_search on events using gin (search_vector);

-- Down Migration

drop trigger events_search_vector on events;
drop function events_search_vector();
alter table events drop column search_vector;
