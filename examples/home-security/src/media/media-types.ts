import { extname } from "node:path";

/** What may leave a camera's folder. */
const mediaTypes: Readonly<Record<string, string>> = {
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".png": "image/png",
  ".gif": "image/gif",
  ".webp": "image/webp",
  ".mp4": "video/mp4",
  ".webm": "video/webm",
  ".mov": "video/quicktime",
};

export function mediaTypeOf(path: string): string | undefined {
  return mediaTypes[extname(path).toLowerCase()];
}
