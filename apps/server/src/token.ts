import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerOptions } from '@jaegis/model';
import { isLoopback } from './http/guard.ts';

/**
 * The bearer token, where one is asked for: beyond loopback without `--insecure`, or when one was configured. Made at the
 * first start and kept in the data folder, readable by its owner only.
 */
export async function tokenFor(input: {
  dataDir: string;
  options: ServerOptions;
}): Promise<{ token: string | undefined; isNew: boolean }> {
  const { options } = input;
  if (options.token !== undefined) return { token: options.token, isNew: false };
  if (isLoopback(options.listen) || options.insecure === true) return { token: undefined, isNew: false };
  const path = join(input.dataDir, 'token');
  const kept = await readFile(path, 'utf8').catch(() => '');
  if (kept.trim().length >= 16) return { token: kept.trim(), isNew: false };
  const token = randomBytes(24).toString('base64url');
  await writeFile(path, `${token}\n`, { mode: 0o600 });
  return { token, isNew: true };
}
