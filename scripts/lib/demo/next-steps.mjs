/**
 * What to try while everything is up.
 * @param {import('../say.mjs').Voice} voice @param {import('./crew.mjs').Crew} crew @param {string} brokerUrl
 */
export function showNextSteps(voice, crew, brokerUrl) {
  const api = `http://127.0.0.1:${crew.producerPort}`;
  const body = JSON.stringify({
    name: 'image.resize',
    payload: { source: 'sunset.jpg', width: 320, output: 'mine.webp' },
  });
  const steps = [
    ['the queues, tasks, failures and workers, live', `http://127.0.0.1:${crew.dashboardPort}`],
    ['one more message of the tutorial', 'npm run task -- Hello....'],
    ['one image, over HTTP', `curl ${api}/tasks -H 'content-type: application/json' -d '${body}'`],
    ['what else the producer takes', `${api}/docs`],
    ['one more worker', `AMQP_URL='${brokerUrl}' WORKER_PORT=0 npm run start:worker`],
  ];
  voice.line('\n  Everything is up. Try:\n');
  for (const [what, how] of steps) voice.line(`    ${voice.paint('dim', `${what}:`)}\n      ${how}`);
  voice.line('\n  Ctrl-C stops everything; the queues keep their tasks for the next start.\n');
}

/** From now on says what becomes of each task. @param {import('../say.mjs').Voice} voice @param {import('./crew.mjs').Crew} crew */
export function showEvents(voice, crew) {
  crew.onEvent = (worker, { event, name, id, queue, error }) => {
    if (event !== 'task.completed' && event !== 'task.dead-lettered') return;
    const end = event === 'task.completed' ? '' : ` into ${queue}.dlq: ${error}`;
    voice.line(
      `  ${voice.paint('cyan', worker.name)} │ ${event.replace('task.', '')} ${name ?? 'a message'} ${id ?? ''}${end}`,
    );
  };
}
