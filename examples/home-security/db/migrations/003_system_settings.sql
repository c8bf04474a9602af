-- Up Migration

create table system_settings (
  key text primary key,
  value numeric not null,
  minimum numeric not null,
  maximum numeric not null,
  updated_at timestamptz not null default now(),
  constraint system_settings_in_range check (value between minimum and maximum)
);

-- Down Migration

drop table system_settings;
