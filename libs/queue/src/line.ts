/** What can stand in a {@link Line}, in one at a time. The line alone writes these. */
export interface InLine<Member extends InLine<Member>> {
  line: Line<Member> | undefined;
  before: Member | undefined;
  behind: Member | undefined;
}

/**
 * An ordered collection for what comes and goes by the thousand. A `Set` copies itself whenever it has seen as many as it has room for,
 * and each copy that has grown old keeps the next one and all its members from the quick collection of garbage: seen as 1.5 KB a task, and
 * as 30 MB more at the peak of a worker that drained 200,000. Who leaves a line holds nothing and is held by nobody.
 */
export class Line<Member extends InLine<Member>> {
  private head: Member | undefined;
  private tail: Member | undefined;
  private count = 0;

  get size(): number {
    return this.count;
  }

  get first(): Member | undefined {
    return this.head;
  }

  get last(): Member | undefined {
    return this.tail;
  }

  /** Stands last from now on. @throws when it stands in a line already */
  add(member: Member): void {
    if (member.line !== undefined) throw new Error('it stands in a line already');
    member.line = this;
    member.before = this.tail;
    if (this.tail === undefined) this.head = member;
    else this.tail.behind = member;
    this.tail = member;
    this.count += 1;
  }

  /** Stands first from now on. @throws when it stands in a line already */
  addFirst(member: Member): void {
    if (member.line !== undefined) throw new Error('it stands in a line already');
    member.line = this;
    member.behind = this.head;
    if (this.head === undefined) this.tail = member;
    else this.head.before = member;
    this.head = member;
    this.count += 1;
  }

  /** `false` when it did not stand here. */
  delete(member: Member): boolean {
    if (member.line !== this) return false;
    const { before, behind } = member;
    if (before === undefined) this.head = behind;
    else before.behind = behind;
    if (behind === undefined) this.tail = before;
    else behind.before = before;
    member.line = undefined;
    member.before = undefined;
    member.behind = undefined;
    this.count -= 1;
    return true;
  }

  /** All members as they stand, first to last; who comes or goes meanwhile changes nothing of it. */
  [Symbol.iterator](): Iterator<Member> {
    const members: Member[] = [];
    for (let member = this.head; member !== undefined; member = member.behind) members.push(member);
    return members.values();
  }
}
