import { ProxyTracerProvider, diag, trace } from '@opentelemetry/api';
import type { Tracer, TracerProvider } from '@opentelemetry/api';
import { endedWithin } from '../ended-within';

/** What the API answers with while no SDK is there. */
const NOBODY = new ProxyTracerProvider().getDelegate();

/** By these two a backend tells who made a span, and by which edition of the conventions. */
const NAME = '@app/queue';
const SCHEMA = 'https://opentelemetry.io/schemas/1.44.0';

/**
 * The tracer of the provider that the app has registered, whenever it did. Asking costs nanoseconds while there is none, which a span of
 * the API that records nothing does not.
 */
export class CurrentTracer {
  private provider: TracerProvider = NOBODY;
  private tracer: Tracer | undefined;

  get(): Tracer | undefined {
    const registered = trace.getTracerProvider();
    // Another copy of the API may have registered its own kind of proxy, and has something behind it then.
    const provider = registered instanceof ProxyTracerProvider ? registered.getDelegate() : registered;
    if (provider === this.provider) return this.tracer;
    this.provider = provider;
    this.tracer = provider === NOBODY ? undefined : provider.getTracer(NAME, undefined, { schemaUrl: SCHEMA });
    return this.tracer;
  }

  /** Has the SDK send what it has kept, if it can; waits so many milliseconds at most. */
  async flush(milliseconds: number): Promise<void> {
    if (this.get() === undefined || !isFlushable(this.provider)) return;
    const { provider } = this;
    await endedWithin(sent(provider), milliseconds);
  }
}

async function sent(provider: Flushable): Promise<void> {
  try {
    await provider.forceFlush();
  } catch (error) {
    diag.error('Spans could not be sent', error);
  }
}

interface Flushable {
  forceFlush(): Promise<unknown>;
}

function isFlushable(provider: object): provider is Flushable {
  return 'forceFlush' in provider && typeof provider.forceFlush === 'function';
}
