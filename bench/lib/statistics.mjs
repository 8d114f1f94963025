/**
 * The smallest value that is not exceeded by `share` of the values (nearest rank).
 * @param {readonly number[]} values @param {number} share above 0, up to 1 @returns {number} NaN of no values
 */
export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  // Without the rounding 0.07 of 100 values would be the eighth: 0.07 * 100 is a little more than 7.
  const rank = Math.ceil(Number((share * sorted.length).toFixed(6)));
  return sorted[Math.max(rank, 1) - 1] ?? Number.NaN;
}

/** The middle value, or the mean of the two in the middle. @param {readonly number[]} values @returns {number} NaN of no values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  if (sorted.length % 2 === 1) return sorted[middle] ?? Number.NaN;
  return ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

/** How late things were, in the unit of the values. @param {readonly number[]} values */
export function lateness(values) {
  return {
    p50: percentile(values, 0.5),
    p95: percentile(values, 0.95),
    p99: percentile(values, 0.99),
    max: percentile(values, 1),
  };
}
