/** The part of cli-progress that is used here and in scripts/; the package brings no types. */
declare module 'cli-progress' {
  export interface BarOptions {
    readonly format: string;
    readonly hideCursor?: boolean;
    readonly clearOnComplete?: boolean;
    readonly stream?: NodeJS.WritableStream;
    readonly barsize?: number;
    readonly fps?: number;
  }
  export class SingleBar {
    constructor(options: BarOptions, preset: object);
    start(total: number, value: number, payload?: object): void;
    setTotal(total: number): void;
    update(value: number, payload?: object): void;
    stop(): void;
  }
  export class MultiBar {
    constructor(options: BarOptions, preset: object);
    create(total: number, start: number, payload: object): SingleBar;
    log(text: string): void;
    update(): void;
    stop(): void;
  }
  export const Presets: { readonly rect: object; readonly shades_classic: object };
  const bars: { SingleBar: typeof SingleBar; MultiBar: typeof MultiBar; Presets: typeof Presets };
  export default bars;
}
