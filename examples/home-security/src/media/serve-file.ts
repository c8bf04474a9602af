import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import type { Context } from "hono";
import { readRange } from "./byte-range.ts";
import { findFile, type WantedFile } from "./find-file.ts";

/** Answers with a picture or a film, or with the part of it that is asked for. */
export async function serveFile(context: Context, wanted: WantedFile): Promise<Response> {
  const { path, type, sizeBytes, modifiedAt } = await findFile(wanted);
  const headers = {
    "content-type": type,
    "accept-ranges": "bytes",
    "last-modified": modifiedAt.toUTCString(),
    "cache-control": "private, max-age=3600",
    // A file that a camera has written is shown as what its name says, or not at all.
    "x-content-type-options": "nosniff",
  };
  const range = readRange(context.req.header("range"), sizeBytes);
  if (range === "unsatisfiable")
    return context.body(null, 416, { "content-range": `bytes */${sizeBytes}` });
  if (range === undefined)
    return context.body(bytesOf(path), 200, { ...headers, "content-length": String(sizeBytes) });
  const { from, to } = range;
  return context.body(bytesOf(path, { start: from, end: to }), 206, {
    ...headers,
    "content-length": String(to - from + 1),
    "content-range": `bytes ${from}-${to}/${sizeBytes}`,
  });
}

function bytesOf(path: string, part: { start?: number; end?: number } = {}): ReadableStream {
  return Readable.toWeb(createReadStream(path, part)) as ReadableStream;
}
