/**
 * `idle` in an app that only adds tasks; `starting` from `connectWorker` until Nest starts it; `stopping` and `stopped`
 * are for good.
 */
export type WorkerState = 'idle' | 'starting' | 'listening' | 'stopping' | 'stopped';
