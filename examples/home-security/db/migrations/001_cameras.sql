-- Up Migration

create table cameras (
  id text primary key,
  name text not null,
  folder_path text not null,
  status text not null default 'online',
  created_at timestamptz not null default now(),
  last_seen_at timestamptz,
  deleted_at timestamptz,
  constraint cameras_id_form check (id ~ '^[a-z0-9]+(_[a-z0-9]+)*$'),
  constraint cameras_name_not_blank check (btrim(name) <> ''),
  constraint cameras_name_unique unique (name),
  constraint cameras_folder_path_unique unique (folder_path),
  constraint cameras_status_known check (status in ('online', 'offline', 'error', 'unknown'))
);

create index cameras_status on cameras (status);

-- Down Migration

drop table cameras;
