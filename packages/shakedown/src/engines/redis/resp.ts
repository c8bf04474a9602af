/** A value as Redis answers it. An error is a value: in a pipeline the other answers still count. */
export type Reply = string | number | null | Error | Buffer | readonly Reply[];

/** A command with its arguments, in the protocol's form. */
export function encodeCommand(parts: readonly (string | number | Buffer)[]): Buffer {
  const chunks: Buffer[] = [Buffer.from(`*${parts.length}\r\n`)];
  for (const part of parts) {
    const bytes = Buffer.isBuffer(part) ? part : Buffer.from(String(part));
    chunks.push(Buffer.from(`$${bytes.length}\r\n`), bytes, lineEnd);
  }
  return Buffer.concat(chunks);
}

export interface ReplyReader {
  push(chunk: Buffer): void;
}

/** Cuts a stream of bytes into replies (RESP 2). Bulk strings come as bytes: values need not be text. */
export function readReplies(onReply: (reply: Reply) => void): ReplyReader {
  let pending: Buffer = Buffer.alloc(0);
  return {
    push(chunk) {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      for (;;) {
        const parsed = parse(pending, 0);
        if (parsed === undefined) return;
        pending = pending.subarray(parsed.end);
        onReply(parsed.reply);
      }
    },
  };
}

const lineEnd = Buffer.from("\r\n");

interface Parsed {
  readonly reply: Reply;
  readonly end: number;
}

/** Nothing while bytes are missing. */
function parse(bytes: Buffer, from: number): Parsed | undefined {
  const lineStop = bytes.indexOf(lineEnd, from);
  if (lineStop === -1) return undefined;
  const line = bytes.toString("utf8", from + 1, lineStop);
  const next = lineStop + 2;
  switch (String.fromCharCode(bytes[from] ?? 0)) {
    case "+":
      return { reply: line, end: next };
    case "-":
      return { reply: new Error(line), end: next };
    case ":":
      return { reply: Number(line), end: next };
    case "$":
      return parseBulk(bytes, next, Number(line));
    case "*":
      return parseList(bytes, next, Number(line));
    default:
      throw new Error(`no Redis reply: ${JSON.stringify(line.slice(0, 100))}`);
  }
}

function parseBulk(bytes: Buffer, from: number, length: number): Parsed | undefined {
  if (length < 0) return { reply: null, end: from };
  if (bytes.length < from + length + 2) return undefined;
  return { reply: bytes.subarray(from, from + length), end: from + length + 2 };
}

function parseList(bytes: Buffer, from: number, length: number): Parsed | undefined {
  if (length < 0) return { reply: null, end: from };
  const items: Reply[] = [];
  let at = from;
  while (items.length < length) {
    const item = parse(bytes, at);
    if (item === undefined) return undefined;
    items.push(item.reply);
    at = item.end;
  }
  return { reply: items, end: at };
}
