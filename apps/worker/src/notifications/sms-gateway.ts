import { types } from 'node:util';
import { UnrecoverableError } from '@app/queue';
import { SmsSender } from './sms-sender';
import type { Sms } from './sms-sender';

/** Characters of a gateway's answer that are repeated in an error. */
const MAX_ANSWER_CHARACTERS = 300;

/** The gateway refused the text message, could not be reached, or did not answer in time. */
export class SmsGatewayError extends Error {
  override readonly name = 'SmsGatewayError';
}

/** Which gateway, as whom, and how long to wait for it. */
export interface SmsGatewayOptions {
  /** Where each text message is posted. */
  readonly url: string;
  /** Sent as `Authorization: Bearer`. Default: no such header. */
  readonly token?: string | undefined;
  /** Milliseconds until the gateway must have answered. */
  readonly timeout: number;
}

/**
 * Posts each text message as `{"to","text"}` to an HTTP gateway, its key in `Idempotency-Key`: the gateway sends it once
 * however often it is posted. Any answer of 2xx is a success; redirects are not followed.
 */
export class SmsGateway extends SmsSender {
  constructor(private readonly options: SmsGatewayOptions) {
    super();
  }

  /** @throws SmsGatewayError; posting again with the same key is safe. @throws UnrecoverableError when the gateway refuses the text message. */
  override async send(sms: Sms, key: string, signal: AbortSignal): Promise<void> {
    const deadline = AbortSignal.timeout(this.options.timeout);
    try {
      await this.post(sms, key, AbortSignal.any([signal, deadline]));
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof SmsGatewayError || error instanceof UnrecoverableError) throw error;
      throw new SmsGatewayError(this.reasonOf(error, deadline), { cause: error });
    }
  }

  private async post(sms: Sms, key: string, signal: AbortSignal): Promise<void> {
    const { url, token } = this.options;
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'idempotency-key': key,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ to: sms.to, text: sms.text }),
      redirect: 'manual',
      signal,
    });
    const answer = await beginningOf(response);
    if (response.ok) return;
    const refusal = `The SMS gateway answered ${response.status}: ${answer}`;
    throw isLasting(response.status) ? new UnrecoverableError(refusal) : new SmsGatewayError(refusal);
  }

  private reasonOf(error: unknown, deadline: AbortSignal): string {
    if (deadline.aborted) {
      return `The SMS gateway did not answer within ${this.options.timeout} ms. The text message may have been sent.`;
    }
    const cause = types.isNativeError(error) ? (error.cause ?? error) : error; // "fetch failed" hides the reason
    return `The SMS gateway could not be reached: ${types.isNativeError(cause) ? cause.message : String(cause)}`;
  }
}

/** The request itself is wrong (4xx), and posting it again will not mend it: but for a timeout (408) and a rate limit (429). */
function isLasting(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
}

/** The first characters of an answer; the rest is not read. Taking a part of the body also gives its connection free. */
async function beginningOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length >= MAX_ANSWER_CHARACTERS) break;
  }
  return text.slice(0, MAX_ANSWER_CHARACTERS);
}
