-- Up Migration

-- In the order of their weight: `severity >= 'high'` means what it says.
create type alert_severity as enum ('low', 'medium', 'high', 'critical');
create type alert_status as enum ('pending', 'delivered', 'acknowledged', 'dismissed');

-- A condition that is null does not narrow anything; those that are given must all hold.
create table alert_rules (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  description text,
  enabled boolean not null default true,
  severity alert_severity not null default 'medium',
  risk_threshold smallint,
  object_types text[],
  camera_ids text[],
  zone_ids text[],
  min_confidence real,
  schedule jsonb,
  dedup_key_template text not null default '{camera_id}:{rule_id}',
  cooldown_seconds integer not null default 300,
  channels text[] not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint alert_rules_name_unique unique (name),
  constraint alert_rules_risk_threshold_range check (risk_threshold between 0 and 100),
  constraint alert_rules_min_confidence_range check (min_confidence between 0 and 1),
  constraint alert_rules_cooldown_not_negative check (cooldown_seconds >= 0)
);

create table alerts (
  id uuid primary key default gen_random_uuid(),
  event_id integer not null references events (id) on delete cascade,
  rule_id uuid references alert_rules (id) on delete set null,
  severity alert_severity not null,
  status alert_status not null default 'pending',
  dedup_key text not null,
  channels jsonb not null default '[]',
  metadata jsonb not null default '{}',
  version_id integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  delivered_at timestamptz
);

create index alerts_newest_first on alerts (created_at desc, id desc);
create index alerts_event on alerts (event_id);
create index alerts_rule on alerts (rule_id);
create index alerts_cooldown on alerts (dedup_key, created_at desc);
create index alerts_open on alerts (severity desc) where status in ('pending', 'delivered');

-- Down Migration

drop table alerts;
drop table alert_rules;
drop type alert_status;
drop type alert_severity;
