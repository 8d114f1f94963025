/** What an app answers on its health paths. */
export interface Health {
  readonly status: number;
  /** The reasons why it is not ready. */
  readonly problems: readonly string[];
}

/** Asks an app on a loopback port; `undefined` while nobody answers there. */
export async function healthOf(port: number, path: 'live' | 'ready'): Promise<Health | undefined> {
  const answer = await fetch(`http://127.0.0.1:${port}/health/${path}`).catch(() => undefined);
  if (answer === undefined) return undefined;
  const { error } = (await answer.json()) as { error?: { queue?: { problems?: string[] } } };
  return { status: answer.status, problems: error?.queue?.problems ?? [] };
}
