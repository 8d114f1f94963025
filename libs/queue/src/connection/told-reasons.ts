/** Beyond so many an outage tells nothing new: the broker's words may hold something that differs each time. */
const MAX_REASONS = 20;

/** The reasons that one outage has told already, so that each of them is told once and not once an attempt. */
export class ToldReasons {
  private readonly told = new Set<string>();

  isNews(reason: string): boolean {
    if (this.told.has(reason) || this.told.size >= MAX_REASONS) return false;
    this.told.add(reason);
    return true;
  }

  /** The outage is over: the next one tells everything again. */
  forget(): void {
    this.told.clear();
  }
}
