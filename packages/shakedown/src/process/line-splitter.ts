import { StringDecoder } from "node:string_decoder";

const longestLine = 64 * 1024;

export interface LineSplitter {
  push(chunk: Buffer): void;
  /** Gives what stands after the last line end. */
  flush(): void;
}

/** Cuts a stream of bytes into lines. A longer line than 64 KiB is cut there, and its rest is dropped. */
export function splitLines(onLine: (line: string) => void): LineSplitter {
  const decoder = new StringDecoder("utf8");
  let open = "";
  let dropping = false;

  function take(text: string, ended: boolean): void {
    if (!dropping) open += text;
    if (!dropping && open.length > longestLine) {
      onLine(`${open.slice(0, longestLine)} … (cut: longer than 64 KiB)`);
      open = "";
      dropping = true;
    }
    if (!ended) return;
    if (!dropping) onLine(open.endsWith("\r") ? open.slice(0, -1) : open);
    open = "";
    dropping = false;
  }

  function push(text: string): void {
    let from = 0;
    for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", from)) {
      take(text.slice(from, end), true);
      from = end + 1;
    }
    if (from < text.length) take(text.slice(from), false);
  }

  return {
    push: (chunk) => push(decoder.write(chunk)),
    flush() {
      push(decoder.end());
      if (open !== "") take("", true);
      dropping = false;
    },
  };
}
