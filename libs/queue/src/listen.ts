import type { INestApplication } from '@nestjs/common';
import { ConfigurationError } from './errors';

/** Where an app listens for HTTP, and the variables that say so. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
  readonly variables: { readonly host: string; readonly port: string };
}

/**
 * Listens for HTTP.
 * @throws ConfigurationError when the port is taken or the host is no address of this machine: wrong settings, which are
 * reported as such.
 */
export async function listen(app: INestApplication, address: ListenAddress): Promise<void> {
  try {
    await app.listen(address.port, address.host);
  } catch (error) {
    throw cannotListen(error, address);
  }
}

/** Why an app cannot listen: a wrong setting as such, anything else as it is. */
export function cannotListen(error: unknown, { host, port, variables }: ListenAddress): unknown {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'EADDRINUSE':
      return wrong(variables.port, `another program listens on ${host}:${port}`);
    case 'EACCES':
      return wrong(variables.port, `this user may not listen on port ${port}`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return wrong(variables.host, `${host} is no address of this machine`);
    default:
      return error;
  }
}

function wrong(path: string, message: string): ConfigurationError {
  return new ConfigurationError([{ path, message }]);
}
