/** What the tests use of an implementation of CloudEvents that is not Warren's; it has no types of its own. */
declare module 'cloudevent' {
  /** What an event may say besides; as the specification names it. */
  interface Attributes {
    readonly subject?: string;
    readonly time?: Date;
    readonly datacontenttype?: string;
  }

  export class CloudEvent {
    constructor(
      id: string,
      type: string,
      source: string,
      data: unknown,
      attributes: Attributes,
      extensions: Readonly<Record<string, string>>,
    );
    static serializeEvent(event: CloudEvent): string;
    static deserializeEvent(text: string, options: { readonly onlyValid: boolean }): CloudEvent;
    /** Every way in which it is none; empty when it is one. */
    static validateEvent(event: CloudEvent, options: { readonly strict: boolean }): Error[];
  }
}
