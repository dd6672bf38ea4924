import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { badInput, CliError } from '../errors.ts';

export interface Connection {
  /** Without a slash at the end. */
  readonly url: string;
  readonly token: string | undefined;
}

export const defaultUrl = 'http://127.0.0.1:4300';

/**
 * Where the server is and with which token: flag, then JAEGIS_URL / JAEGIS_TOKEN, then the default and the token file of
 * the data folder. The file's token goes to this machine only; another address has to be given one on purpose.
 */
export function resolveConnection(
  flags: { readonly url?: string | undefined; readonly token?: string | undefined },
  env: Readonly<Record<string, string | undefined>>,
): Connection {
  const text = flags.url ?? (env['JAEGIS_URL'] || defaultUrl);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw new CliError(
      badInput,
      `Cannot use --url: is ${JSON.stringify(text)}, must be a URL such as ${JSON.stringify(defaultUrl)}`,
    );
  const given = flags.token ?? (env['JAEGIS_TOKEN'] || undefined);
  const token =
    given ?? (isLoopbackHost(url.hostname) ? readTokenFile(env['JAEGIS_DATA_DIR'] || '.jaegis') : undefined);
  return { url: text.replace(/\/+$/, ''), token };
}

export function isLoopbackHost(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

function readTokenFile(dataDir: string): string | undefined {
  try {
    return readFileSync(join(dataDir, 'token'), 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}
