/** The part of cli-progress that is used here; the package brings no types. */
declare module 'cli-progress' {
  export interface SingleBar {
    setTotal(total: number): void;
    update(value: number): void;
  }
  export class MultiBar {
    constructor(options: { format: string; hideCursor: boolean; clearOnComplete: boolean }, preset: object);
    create(total: number, start: number, payload: object): SingleBar;
    log(text: string): void;
    update(): void;
    stop(): void;
  }
  const bars: { MultiBar: typeof MultiBar; Presets: { rect: object } };
  export default bars;
}
