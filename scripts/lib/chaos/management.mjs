import { Failure } from '../failure.mjs';

const ANSWER_TIMEOUT = 10_000;

/** The management API of a broker, asked at whichever node answers. */
export class Management {
  #urls;

  /** @param {readonly string[]} urls one for each node, login included */
  constructor(urls) {
    this.#urls = urls;
  }

  /** Names of the connections that are open, in order. @returns {Promise<string[]>} */
  async connections() {
    /** @type {{ name: string }[]} */
    const connections = await (await this.#ask('GET', '/api/connections?columns=name')).json();
    return connections.map(({ name }) => name).sort();
  }

  /** Closes a connection from the broker's side; whether it was still there. @param {string} name */
  async closeConnection(name) {
    const answer = await this.#ask('DELETE', `/api/connections/${encodeURIComponent(name)}`);
    return answer.ok;
  }

  /** Deletes a queue of the default virtual host with all that is in it; whether there was one. @param {string} name */
  async deleteQueue(name) {
    const answer = await this.#ask('DELETE', `/api/queues/%2F/${encodeURIComponent(name)}`);
    return answer.ok;
  }

  /** Messages in all queues together, those in a consumer's hand included; seconds old. A stream keeps what was read. @returns {Promise<number>} */
  async messages() {
    /** @type {{ type?: string, messages?: number }[]} */
    const queues = await (await this.#ask('GET', '/api/queues?columns=name,type,messages')).json();
    return queues.filter(({ type }) => type !== 'stream').reduce((total, { messages = 0 }) => total + messages, 0);
  }

  /** @param {string} method @param {string} path @returns {Promise<Response>} of a node that lets us in; 404 is an answer */
  async #ask(method, path) {
    const reasons = [];
    for (const base of this.#urls) {
      const url = new URL(path, base);
      const authorization = `Basic ${Buffer.from(`${url.username}:${url.password}`).toString('base64')}`;
      url.username = url.password = '';
      try {
        const signal = AbortSignal.timeout(ANSWER_TIMEOUT);
        const answer = await fetch(url, { method, headers: { authorization }, signal });
        if (answer.ok || answer.status === 404) return answer;
        reasons.push(`${answer.status} ${await answer.text()}`);
      } catch (error) {
        reasons.push(/** @type {Error} */ (error).message);
      }
    }
    throw new Failure(`the management API does not answer ${method} ${path}: ${reasons.join('; ')}`);
  }
}
