import * as v from "valibot";
import { numberFrom, oneOf, text, wholeFrom, yesOrNo } from "../http/validation.ts";

export const zoneTypes = ["entry_point", "driveway", "sidewalk", "yard", "other"] as const;
export const zoneShapes = ["rectangle", "polygon"] as const;

export type Corner = readonly [x: number, y: number];

/** A part of a camera's picture that rules can name. */
export interface Zone {
  readonly id: string;
  readonly camera_id: string;
  readonly name: string;
  readonly zone_type: (typeof zoneTypes)[number];
  readonly shape: (typeof zoneShapes)[number];
  /** As parts of the picture's width and height. */
  readonly coordinates: readonly Corner[];
  readonly color: string;
  readonly enabled: boolean;
  /** Where zones overlap, the higher one counts. */
  readonly priority: number;
  readonly created_at: Date;
  readonly updated_at: Date;
}

const coordinates = v.pipe(
  v.array(v.strictTuple([numberFrom(0, 1), numberFrom(0, 1)], "must be [x, y]")),
  v.minLength(3, "must have at least 3 corners"),
  v.maxLength(50, "must have at most 50 corners"),
);

const entries = {
  zone_type: v.optional(oneOf(zoneTypes)),
  shape: v.optional(oneOf(zoneShapes)),
  color: v.optional(
    v.pipe(v.string(), v.regex(/^#[\dA-Fa-f]{6}$/, "must be a color such as #3B82F6")),
  ),
  enabled: v.optional(v.boolean()),
  priority: v.optional(wholeFrom(0, 1000)),
};

export const newZoneSchema = v.object({ name: text(100), coordinates, ...entries });
export type NewZone = v.InferOutput<typeof newZoneSchema>;

export const zoneChangesSchema = v.object({
  name: v.optional(text(100)),
  coordinates: v.optional(coordinates),
  ...entries,
});
export type ZoneChanges = v.InferOutput<typeof zoneChangesSchema>;

export const zoneFilterSchema = v.object({ enabled: v.optional(yesOrNo) });
export type ZoneFilter = v.InferOutput<typeof zoneFilterSchema>;
