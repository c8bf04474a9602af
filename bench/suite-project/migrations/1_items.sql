create table items (id serial primary key, name text not null unique, price integer not null);
create table audits (id serial primary key, item_id integer references items on delete cascade, note text not null);
insert into items (name, price) select 'seeded ' || n, n from generate_series(1, 500) n;
