export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** By the nearest rank, without interpolation: a figure that was really measured. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
