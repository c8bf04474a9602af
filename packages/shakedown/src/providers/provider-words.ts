/** Where a service can come from, in the order in which places are looked at. */
export const providerWords = ["external", "local", "native", "embedded", "container"] as const;

/**
 * `external`: a URL is given. `local`: a server that may run on this machine. `native`: programs of this machine.
 * `embedded`: programs from an npm package. `container`: an image, run by Docker or Podman.
 */
export type ProviderWord = (typeof providerWords)[number];

/** What a stack says about where a service may come from: the only place, or wishes. */
export type ProviderOption =
  | ProviderWord
  | {
      /** Looked at before the others, in this order. */
      readonly prefer?: ProviderWord | readonly ProviderWord[] | undefined;
      /** Nothing else is taken. */
      readonly require?: ProviderWord | readonly ProviderWord[] | undefined;
      /** Never taken. */
      readonly forbid?: ProviderWord | readonly ProviderWord[] | undefined;
    };

/** Whether a version that differs from the one asked for is told and taken, or not taken. */
export type OnOtherVersion = "refuse" | "warn";
