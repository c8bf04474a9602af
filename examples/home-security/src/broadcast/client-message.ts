import * as v from "valibot";
import type { Channel, Endpoint } from "./channels.ts";

type Verb = "subscribe" | "unsubscribe";

/** What a connected client may say. */
export type ClientMessage =
  | { readonly kind: "ping" }
  | { readonly kind: "pong" }
  | { readonly kind: "channel"; readonly verb: Verb; readonly channel: Channel }
  | { readonly kind: "patterns"; readonly verb: Verb; readonly patterns: readonly string[] };

export type ClientError = {
  readonly code: "INVALID_JSON" | "INVALID_MESSAGE_FORMAT" | "UNKNOWN_MESSAGE_TYPE";
  readonly message: string;
};

/** Reads both forms: `{ type: "subscribe", channel }`, and `{ action: "subscribe", events: ["alert.*"] }`. */
export function readClientMessage(text: string, endpoint: Endpoint): ClientMessage | ClientError {
  if (text === "ping" || text === "pong") return { kind: text };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { code: "INVALID_JSON", message: "The message is not JSON" };
  }
  if (!v.is(envelopeSchema, value))
    return malformed("A message is an object with a text in `type` or `action`");
  if ("action" in value && typeof value.action === "string")
    return readPatterns(value.action, value);
  return readTyped(value.type ?? "", value, endpoint);
}

const envelopeSchema = v.union([
  v.looseObject({ action: v.string(), type: v.optional(v.string()) }),
  v.looseObject({ type: v.string() }),
]);

const patternsSchema = v.pipe(
  v.array(v.pipe(v.string(), v.minLength(1), v.maxLength(100))),
  v.minLength(1),
  v.maxLength(20),
);

function readTyped(
  type: string,
  value: Readonly<Record<string, unknown>>,
  endpoint: Endpoint,
): ClientMessage | ClientError {
  if (type === "ping" || type === "pong") return { kind: type };
  if (!isVerb(type)) return unknown(type);
  const channel = endpoint.channels.find((candidate) => candidate === value["channel"]);
  return channel === undefined
    ? malformed(`channel must be one of ${endpoint.channels.join(", ")}`)
    : { kind: "channel", verb: type, channel };
}

function readPatterns(
  action: string,
  value: Readonly<Record<string, unknown>>,
): ClientMessage | ClientError {
  if (!isVerb(action)) return unknown(action);
  const { events: patterns } = value;
  return v.is(patternsSchema, patterns)
    ? { kind: "patterns", verb: action, patterns }
    : malformed("events must be a list of 1 to 20 patterns such as alert.*");
}

function isVerb(word: string): word is Verb {
  return word === "subscribe" || word === "unsubscribe";
}

function malformed(message: string): ClientError {
  return { code: "INVALID_MESSAGE_FORMAT", message };
}

function unknown(type: string): ClientError {
  return { code: "UNKNOWN_MESSAGE_TYPE", message: `${type} is not a type of message` };
}
