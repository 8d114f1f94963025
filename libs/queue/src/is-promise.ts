/** Whether something takes its time. What is there at once need not cost a promise: there are some for every task. */
export function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
