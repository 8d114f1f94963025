/** How each kind of record is written in the stream. What has once been given to a kind is never given to another. */
export const KIND = {
  /** No record: the name and the queue that later ones mean by their number. */
  place: 'n',
  /** No record either: which life of its task's id the next one is of. */
  life: 'y',
  added: 'a',
  /** Several of them that differ in their ids and times. */
  addedAlike: 'A',
  started: 's',
  progressed: 'p',
  completed: 'c',
  /** Several of them, without a result, that differ in their ids and times. */
  completedAlike: 'C',
  retrying: 'r',
  'dead-lettered': 'd',
  cancelled: 'x',
  requeued: 'q',
  lost: 'l',
  redriven: 'v',
  purged: 'u',
  beat: 'b',
  process: 'w',
  ordered: 'o',
} as const;

/** One of them. */
export type WrittenKind = (typeof KIND)[keyof typeof KIND];
