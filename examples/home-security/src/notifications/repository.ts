import type { Queryable } from "../database.ts";
import { table } from "../sql/table.ts";
import type {
  CameraNotificationSettings,
  NewCameraSettings,
  NewQuietHours,
  NotificationPreferences,
  PreferenceChanges,
  QuietHours,
} from "./notification-settings.ts";

const quietColumns =
  "id, label, to_char(start_time, 'HH24:MI') as start_time, to_char(end_time, 'HH24:MI') as end_time, days";

export function notificationRepository(database: Queryable) {
  const preferences = table<NotificationPreferences & { readonly id: number }>(database, {
    name: "notification_preferences",
    kind: "Preferences",
    isDated: true,
  });
  const quiet = table<{ readonly id: number }>(database, {
    name: "quiet_hours_periods",
    kind: "Quiet hours",
  });

  return {
    /** Undefined where the installation's rows were not loaded. */
    async preferences(): Promise<NotificationPreferences | undefined> {
      return withoutId(await preferences.find(1));
    },

    async changePreferences(
      changes: PreferenceChanges,
    ): Promise<NotificationPreferences | undefined> {
      return withoutId(await preferences.update(1, changes));
    },

    /** A camera that nobody has set up has the defaults; undefined when there is no such camera. */
    async ofCamera(cameraId: string): Promise<CameraNotificationSettings | undefined> {
      const { rows } = await database.query<CameraNotificationSettings>(
        `select c.id as camera_id, coalesce(s.enabled, true) as enabled,
                coalesce(s.risk_threshold, 0) as risk_threshold, coalesce(s.updated_at, c.created_at) as updated_at
         from cameras c left join camera_notification_settings s on s.camera_id = c.id
         where c.id = $1 and c.deleted_at is null`,
        [cameraId],
      );
      return rows[0];
    },

    async setCamera(
      cameraId: string,
      { enabled, risk_threshold }: NewCameraSettings,
    ): Promise<CameraNotificationSettings | undefined> {
      const { rows } = await database.query<CameraNotificationSettings>(
        `insert into camera_notification_settings (camera_id, enabled, risk_threshold)
         select id, $2, $3 from cameras where id = $1 and deleted_at is null
         on conflict (camera_id) do update
           set enabled = excluded.enabled, risk_threshold = excluded.risk_threshold, updated_at = now()
         returning *`,
        [cameraId, enabled, risk_threshold],
      );
      return rows[0];
    },

    async quietHours(): Promise<readonly QuietHours[]> {
      const { rows } = await database.query<QuietHours>(
        `select ${quietColumns} from quiet_hours_periods order by quiet_hours_periods.start_time, id`,
      );
      return rows;
    },

    async addQuietHours(hours: NewQuietHours): Promise<QuietHours> {
      const { id } = await quiet.insert(hours);
      const { rows } = await database.query<QuietHours>(
        `select ${quietColumns} from quiet_hours_periods where id = $1`,
        [id],
      );
      return rows[0] as QuietHours;
    },

    async removeQuietHours(id: number): Promise<boolean> {
      return await quiet.remove(id);
    },
  };
}

function withoutId(
  row: (NotificationPreferences & { readonly id: number }) | undefined,
): NotificationPreferences | undefined {
  if (row === undefined) return undefined;
  const { id: _, ...preferences } = row;
  return preferences;
}
