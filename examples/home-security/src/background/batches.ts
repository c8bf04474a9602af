import { isDatabaseAway } from "../database.ts";
import type { BatchAggregator } from "../pipeline/batch-aggregator.ts";
import type { ProcessBatch } from "../pipeline/process-batch.ts";

export interface BatchSweepParts {
  readonly batches: BatchAggregator;
  readonly processBatch: ProcessBatch;
}

/** Makes every batch that is due into an event. Gives how many. */
export async function sweepBatches(
  { batches, processBatch }: BatchSweepParts,
  stopping?: AbortSignal,
): Promise<number> {
  let processed = 0;
  while (stopping?.aborted !== true) {
    const batch = await batches.take();
    if (batch === undefined) break;
    try {
      await processBatch(batch);
      await batches.done(batch);
      processed++;
    } catch (error) {
      console.error(`batch ${batch.id}: ${error instanceof Error ? error.message : String(error)}`);
      if (isDatabaseAway(error)) {
        await batches.postponed(batch);
        break;
      }
      await batches.failed(batch);
    }
  }
  return processed;
}
