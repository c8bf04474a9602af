import * as v from "valibot";
import { pagedFilter } from "../http/paging.ts";
import {
  decimal,
  jsonObject,
  numberFrom,
  oneOf,
  text,
  timeSpan,
  timestamp,
  wholeFrom,
} from "../http/validation.ts";

export const mediaKinds = ["image", "video"] as const;

/** One thing that was seen in one picture or film. */
export interface Detection {
  readonly id: number;
  readonly camera_id: string;
  readonly file_path: string;
  readonly file_type: string | null;
  readonly thumbnail_path: string | null;
  readonly media_type: (typeof mediaKinds)[number];
  readonly detected_at: Date;
  readonly object_type: string;
  readonly confidence: number;
  readonly bbox_x: number | null;
  readonly bbox_y: number | null;
  readonly bbox_width: number | null;
  readonly bbox_height: number | null;
  readonly duration: number | null;
  readonly video_codec: string | null;
  readonly video_width: number | null;
  readonly video_height: number | null;
  readonly enrichment_data: Readonly<Record<string, unknown>> | null;
}

const boxMessage = "a bounding box has x, y, width and height";
const durationMessage = "only a video has a duration, a codec and a size";

const pixels = v.optional(wholeFrom(0, 100_000));

const entries = {
  file_path: text(500),
  thumbnail_path: v.optional(text(500)),
  media_type: v.optional(oneOf(mediaKinds), "image"),
  object_type: text(50),
  confidence: numberFrom(0, 1),
  bbox_x: pixels,
  bbox_y: pixels,
  bbox_width: v.optional(wholeFrom(1, 100_000)),
  bbox_height: v.optional(wholeFrom(1, 100_000)),
  duration: v.optional(numberFrom(0, 86_400)),
  video_codec: v.optional(text(50)),
  video_width: pixels,
  video_height: pixels,
  enrichment_data: v.optional(jsonObject),
};

/** A detection as a part of an event, which tells the camera and, where this is silent, the time. */
export const detectionOfEventSchema = v.pipe(
  v.object({ ...entries, detected_at: v.optional(timestamp) }),
  v.check((given) => hasBoxOrNone(given), boxMessage),
  v.check((given) => lastsOnlyAsVideo(given), durationMessage),
);
export type DetectionOfEvent = v.InferOutput<typeof detectionOfEventSchema>;

export const newDetectionSchema = v.pipe(
  v.object({
    ...entries,
    camera_id: text(100),
    detected_at: v.optional(timestamp, () => new Date().toISOString()),
  }),
  v.check((given) => hasBoxOrNone(given), boxMessage),
  v.check((given) => lastsOnlyAsVideo(given), durationMessage),
);
export type NewDetection = v.InferOutput<typeof newDetectionSchema>;

export const detectionFilterSchema = pagedFilter({
  camera_id: v.optional(v.string()),
  object_type: v.optional(v.string()),
  media_type: v.optional(oneOf(mediaKinds)),
  min_confidence: v.optional(decimal({ from: 0, to: 1 })),
  ...timeSpan(),
});
export type DetectionFilter = v.InferOutput<typeof detectionFilterSchema>;

type Given = v.InferOutput<v.ObjectSchema<typeof entries, undefined>>;

// What the table's constraints would refuse, said in words.

function hasBoxOrNone({ bbox_x, bbox_y, bbox_width, bbox_height }: Given): boolean {
  const sides = [bbox_x, bbox_y, bbox_width, bbox_height].filter((side) => side !== undefined);
  return sides.length === 0 || sides.length === 4;
}

function lastsOnlyAsVideo(given: Given): boolean {
  const { media_type, duration, video_codec, video_width, video_height } = given;
  const ofVideos = [duration, video_codec, video_width, video_height];
  return media_type === "video" || ofVideos.every((fact) => fact === undefined);
}
