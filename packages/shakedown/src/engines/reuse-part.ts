/** One thing that shapes a service, named so that a person can be told of it. */
export interface ReusePart {
  /** The subject of "… changed": `migration db/migrations/3.sql`, `option version`. */
  readonly what: string;
  /** What is compared: a hash, or the value itself where that is short and no secret. */
  readonly hash: string;
  /** What stands in "from … to …"; never a secret. */
  readonly shown?: string;
  /** Not known yet: whatever it turns out to be is what a start from now takes. */
  readonly isOpen?: true;
}
