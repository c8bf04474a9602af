export const channels = ["events", "cameras"] as const;
export type Channel = (typeof channels)[number];

export function isChannel(name: unknown): name is Channel {
  return channels.some((channel) => channel === name);
}
