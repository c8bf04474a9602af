create table cameras (id serial primary key, name text not null);
