import { readFile } from "node:fs/promises";
import * as v from "valibot";

/** One thing in a picture. */
export const sightingSchema = v.object({
  object_type: v.pipe(v.string(), v.minLength(1), v.maxLength(50)),
  confidence: v.pipe(v.number(), v.minValue(0), v.maxValue(1)),
  bbox: v.optional(v.tuple([v.number(), v.number(), v.number(), v.number()])),
  picture: v.optional(v.tuple([v.number(), v.number()])),
});
export type Sighting = v.InferOutput<typeof sightingSchema>;

export const sightingsSchema = v.object({ detections: v.array(sightingSchema) });

export interface Picture {
  readonly camera_id: string;
  readonly file_path: string;
  readonly media_type: "image" | "video";
}

export type Detector = (picture: Picture) => Promise<readonly Sighting[]>;

/**
 * Cameras that look at their pictures themselves write what they saw beside them: `front.jpg.json`. Others only write a
 * picture when something moved.
 */
export const sidecarDetector: Detector = async ({ file_path }) => {
  let text: string;
  try {
    text = await readFile(`${file_path}.json`, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return [{ object_type: "motion", confidence: 0.5 }];
  }
  return v.parse(sightingsSchema, JSON.parse(text)).detections;
};
