import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { inCheckout, variable } from '../checkout.mjs';

/** Where the workers of `npm start` write. Spelled out to them, because the files are counted afterwards. */
export const OUTPUT = {
  images: variable('IMAGE_OUTPUT_DIR') ?? inCheckout('var', 'images'),
  mail: variable('MAIL_DIR') ?? inCheckout('var', 'mail'),
  sms: variable('SMS_DIR') ?? inCheckout('var', 'sms'),
};

/** Every queue that the tasks below travel through. */
export const QUEUES = ['task_queue', 'images', 'notifications', 'cpu'];

/**
 * @typedef {object} ListedTask
 * @property {{ name: string, payload: unknown }} request what is posted to the producer
 * @property {string} kind the queue, as the progress shows it
 * @property {boolean} [isExpectedToFail] whether it is meant for the dead-letter queue
 * @property {((id: string) => string)} [file] what its handler writes
 */

const SAMPLES = ['sunset.jpg', 'ripples.png', 'weave.jpg', 'mandelbrot.webp'];
const WIDTHS = [160, 320, 480, 640];

/** The five messages of the RabbitMQ tutorial: each dot is one second of work. @returns {ListedTask[]} */
export function tutorialTasks() {
  return ['First message.', 'Second message..', 'Third message...', 'Fourth message....', 'Fifth message.....'].map(
    (payload) => ({ request: { name: 'tutorial', payload }, kind: 'tutorial' }),
  );
}

/**
 * The main tasks: of each ten four images, three e-mails, one text message and two of pure processor time, mixed. Of the
 * images some name a source that is not there and belong into the dead-letter queue.
 * @param {number} count from 10 on @returns {ListedTask[]}
 */
export function mainTasks(count) {
  const pattern = [image, email, cpu, image, email, image, sms, cpu, email, image];
  return Array.from({ length: count }, (_, index) => pattern[index % pattern.length](index));
}

/** Removes the images that an earlier run has written, so that they do not pass for this one's. */
export function removeEarlierImages() {
  try {
    const isOurs = (/** @type {string} */ name) => /^start-\d+\.webp$/.test(name);
    for (const name of readdirSync(OUTPUT.images).filter(isOurs)) rmSync(join(OUTPUT.images, name));
  } catch {
    // No folder yet, no images.
  }
}

/** @param {number} index @returns {ListedTask} */
function image(index) {
  if (index % 50 === 9) {
    const payload = { source: `not-there-${index}.jpg`, width: 320, output: `start-${index}.webp` };
    return { request: { name: 'image.resize', payload }, kind: 'images', isExpectedToFail: true };
  }
  const output = `start-${String(index).padStart(4, '0')}.webp`;
  const payload = { source: SAMPLES[index % SAMPLES.length], width: WIDTHS[index % WIDTHS.length], output };
  return { request: { name: 'image.resize', payload }, kind: 'images', file: () => join(OUTPUT.images, output) };
}

/** @param {number} index @returns {ListedTask} */
function email(index) {
  const payload = {
    to: `reader-${index}@example.com`,
    subject: `Report ${index} is ready`,
    text: `Report ${index} is ready.\n`,
  };
  return {
    request: { name: 'notification.email', payload },
    kind: 'notifications',
    file: (id) => join(OUTPUT.mail, `${id}.eml`),
  };
}

/** @param {number} index @returns {ListedTask} */
function sms(index) {
  const payload = { to: `+49151${String(index).padStart(8, '0')}`, text: `Your code is ${1_000 + index}` };
  return {
    request: { name: 'notification.sms', payload },
    kind: 'notifications',
    file: (id) => join(OUTPUT.sms, `${id}.json`),
  };
}

/** @param {number} index @returns {ListedTask} */
function cpu(index) {
  return { request: { name: 'cpu.burn', payload: { rounds: 100_000, seed: `start-${index}` } }, kind: 'cpu' };
}
