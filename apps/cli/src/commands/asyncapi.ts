import { asyncApiDocument } from '@app/queue/contracts';
import { exitCode } from '../exit-codes';
import type { Desk } from './desk';

/** `warren asyncapi`: prints the definitions as an AsyncAPI document. */
export async function asyncapi(desk: Desk): Promise<number> {
  const document = asyncApiDocument(desk.registry);
  if (desk.json) await desk.screen.json(document);
  else await desk.screen.result(JSON.stringify(document, undefined, 2));
  return exitCode.done;
}
