import { channels, isChannel, type Channel } from "./channels.ts";

/** What a connected client may say. */
export type ClientMessage =
  | { readonly type: "ping" }
  | { readonly type: "subscribe" | "unsubscribe"; readonly channel: Channel };

export type ClientError = {
  readonly code: "INVALID_JSON" | "INVALID_MESSAGE_FORMAT" | "UNKNOWN_MESSAGE_TYPE";
  readonly message: string;
};

export function readClientMessage(text: string): ClientMessage | ClientError {
  if (text === "ping") return { type: "ping" };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { code: "INVALID_JSON", message: "The message is not JSON" };
  }
  if (
    typeof value !== "object" ||
    value === null ||
    !("type" in value) ||
    typeof value.type !== "string"
  ) {
    return {
      code: "INVALID_MESSAGE_FORMAT",
      message: "A message is an object with a text in `type`",
    };
  }
  switch (value.type) {
    case "ping":
      return { type: "ping" };
    case "subscribe":
    case "unsubscribe": {
      const channel = "channel" in value ? value.channel : undefined;
      if (isChannel(channel)) return { type: value.type, channel };
      return {
        code: "INVALID_MESSAGE_FORMAT",
        message: `channel must be one of ${channels.join(", ")}`,
      };
    }
    default:
      return { code: "UNKNOWN_MESSAGE_TYPE", message: `${value.type} is not a type of message` };
  }
}
