import type { TaskRecord } from '@app/queue/operating';

/** How a task ended, or is sure to: a sentence. An error has a full stop of its own, or gets one. */
export function endText({ state, by, error, cancelRequestedBy }: TaskRecord): string {
  if (cancelRequestedBy !== undefined) return `cancelled by ${cancelRequestedBy}: no run of it begins any more.`;
  if (state === 'cancelled') return `cancelled${by === undefined ? '' : ` by ${by}`}.`;
  if (error === undefined || state === 'completed') return `${state}.`;
  return `${state}: ${error}${/[.!?]$/.test(error) ? '' : '.'}`;
}
