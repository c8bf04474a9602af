/** A process that cannot be mistaken for another one which got its number later. */
export interface ProcessIdentity {
  readonly pid: number;
  /** As the kernel tells it: ticks since boot on Linux, `lstart` of ps elsewhere. */
  readonly startTime: string;
}
