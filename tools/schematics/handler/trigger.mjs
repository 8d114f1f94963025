import { isMap, isScalar, isSeq, parseAllDocuments, stringify } from 'yaml';
import { Refusal } from './refusal.mjs';

/** The object whose triggers start workers. */
const SCALED = { kind: 'ScaledObject', name: 'warren-worker' };

/**
 * A queue that is new makes the cluster start workers too: its trigger is a copy of the last that the workers have. Nothing else of the text
 * changes.
 * @param {string} text of a manifest @param {string} queue @param {string} file for the refusal
 */
export function addTrigger(text, queue, file) {
  const triggers = triggersOf(text);
  const queues = triggers.filter(isMap).flatMap((one) => queueOf(one) ?? []);
  if (queues.some(({ value }) => value === queue)) return text;
  const last = triggers.findLast((one) => isMap(one) && one.get('type') === 'rabbitmq' && queueOf(one) !== undefined);
  const named = isMap(last) ? queueOf(last) : undefined;
  const [begin, end] = last?.range ?? [];
  const [from, to] = named?.range ?? [];
  const mark = begin === undefined ? '' : text.slice(text.lastIndexOf('\n', begin) + 1, begin);
  if (begin === undefined || end === undefined || from === undefined || to === undefined || !/^ *- +$/.test(mark))
    throw new Refusal(
      `${file} has no ${SCALED.kind} "${SCALED.name}" with a list of triggers of type rabbitmq, one of which could be copied for queue ` +
        `"${queue}"; nothing was changed. Put one there, take a queue that has a trigger (--queue ...), or remove the file where nothing is scaled by it.`,
    );
  const copy = mark + text.slice(begin, from) + stringify(queue).trim() + text.slice(to, end);
  return text.slice(0, end) + (text.slice(0, end).endsWith('\n') ? copy : `\n${copy}`) + text.slice(end);
}

/** Empty where there is none, or the text is no YAML. @param {string} text @returns {readonly import('yaml').Node[]} */
function triggersOf(text) {
  const documents = parseAllDocuments(text);
  if (!Array.isArray(documents) || documents.some(({ errors }) => errors.length > 0)) return [];
  const scaled = documents.find(
    (one) => one.getIn(['kind']) === SCALED.kind && one.getIn(['metadata', 'name']) === SCALED.name,
  );
  const triggers = scaled?.getIn(['spec', 'triggers'], true);
  return isSeq(triggers) && triggers.flow !== true ? /** @type {import('yaml').Node[]} */ (triggers.items) : [];
}

/** The queue that a trigger counts. @param {import('yaml').YAMLMap} trigger */
function queueOf(trigger) {
  const queue = trigger.getIn(['metadata', 'queueName'], true);
  return isScalar(queue) ? queue : undefined;
}
