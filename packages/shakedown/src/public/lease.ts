export { lease, type LeasedSlot, type LeaseOptions } from "../fixtures/lease.ts";
