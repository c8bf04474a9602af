/** One thing that was seen in one picture or film. */
export interface Detection {
  readonly id: number;
  readonly camera_id: string;
  readonly file_path: string;
  readonly media_type: "image" | "video";
  readonly detected_at: Date;
  readonly object_type: string;
  readonly confidence: number;
}
