/** The `type` of a message that a reader has had written, to know when it has read all that was there before. */
export const MARK = 'warren.mark';
