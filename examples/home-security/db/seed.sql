insert into system_settings (key, value, minimum, maximum) values
  ('batch_window_seconds', 90, 1, 3600),
  ('detection_confidence_threshold', 0.5, 0, 1),
  ('retention_days', 30, 1, 3650);

insert into notification_preferences (id) values (1);
