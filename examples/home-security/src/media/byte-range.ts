export interface ByteRange {
  readonly from: number;
  /** Included. */
  readonly to: number;
}

/** `bytes=0-99`, `bytes=100-`, `bytes=-50`. Undefined asks for all of it; "unsatisfiable" for what the file does not have. */
export function readRange(
  header: string | undefined,
  sizeBytes: number,
): ByteRange | "unsatisfiable" | undefined {
  const parts = /^bytes=(\d*)-(\d*)$/.exec(header ?? "");
  if (parts === null || (parts[1] === "" && parts[2] === "")) return undefined;
  const [, from = "", to = ""] = parts;
  const range =
    from === ""
      ? { from: Math.max(0, sizeBytes - Number(to)), to: sizeBytes - 1 }
      : { from: Number(from), to: to === "" ? sizeBytes - 1 : Math.min(Number(to), sizeBytes - 1) };
  return range.from <= range.to ? range : "unsatisfiable";
}
