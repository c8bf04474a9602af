-- Up Migration

create table zones (
  id text primary key,
  camera_id text not null references cameras (id) on update cascade on delete cascade,
  name text not null,
  zone_type text not null default 'other',
  shape text not null default 'rectangle',
  coordinates jsonb not null,
  color text not null default '#3B82F6',
  enabled boolean not null default true,
  priority integer not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint zones_name_unique_in_camera unique (camera_id, name),
  constraint zones_type_known check (zone_type in ('entry_point', 'driveway', 'sidewalk', 'yard', 'other')),
  constraint zones_shape_known check (shape in ('rectangle', 'polygon')),
  -- Corners as [x, y], as parts of the picture's width and height.
  constraint zones_coordinates_in_picture check (
    jsonb_typeof(coordinates) = 'array'
    and jsonb_path_exists(coordinates, '$[2]')
    and not jsonb_path_exists(coordinates, '$[*][*] ? (@ < 0 || @ > 1)')
  ),
  constraint zones_color_form check (color ~ '^#[0-9A-Fa-f]{6}$'),
  constraint zones_priority_not_negative check (priority >= 0)
);

create index zones_camera on zones (camera_id, priority desc);

-- Down Migration

drop table zones;
