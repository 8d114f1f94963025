/**
 * What a person does with a handler that has been generated, a line each. Every command in it is one of docs/getting-started.md.
 * @param {import('./wish.mjs').Wish} wish @returns {string[]}
 */
export function nextSteps({ names: { file, task }, queue, attempts }) {
  const retry = attempts > 1 ? ', and when it is tried again' : '';
  return [
    `Next, for ${task}:`,
    `  its contract   libs/tasks/src/${file}.ts: the payload${retry}`,
    `  its work       apps/worker/src/${file}/${file}.ts: a second run must do no harm (docs/idempotency.md)`,
    `  its tests      the payload stands on top of both specs`,
    `                 npx jest --selectProjects unit --testPathPatterns ${file}`,
    `                 npm test -- --selectProjects e2e --testPathPatterns ${file}`,
    `  see it run     npm start -- --no-demo, and in another terminal, with a payload that fits:`,
    `                 npx warren add ${task} '{"id":"4711"}' --wait`,
    `  what is kept   npm run docs:configuration, when queue, attempts, timeout or description have changed`,
    `                 npx warren contracts write --accept-breaking, when its payload or its queue have changed and nobody adds it yet`,
    `  in production  where the queue ${queue} is new: its rights (npm run broker:users -- --vhost warren), and WORKER_QUEUES if your workers`,
    `                 name their queues; docs/getting-started.md has the rest of the way`,
  ];
}
