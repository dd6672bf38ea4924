import { readFile } from 'node:fs/promises';
import { type PoolConfig, poolConfigSchema } from '@jaegis/model';
import { badInput, CliError, unreadable } from '../errors.ts';

/**
 * Reads a policy: one pool as under `pools:` in `jaegis.yaml` (YAML or JSON; `name` may be left out), or a whole
 * configuration file, of which `pool` or else the first is taken. Throws a `CliError` that names the first wrong field.
 */
export async function readPolicy(path: string, pool?: string): Promise<PoolConfig> {
  const fail = (message: string, cause?: unknown): CliError => new CliError(badInput, message, { cause });
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw unreadable(`policy ${path}`, cause);
  }
  const { parse } = await import('yaml');
  let written: unknown;
  try {
    written = parse(text, { maxAliasCount: 50, strict: true });
  } catch (cause) {
    const first = String((cause as Error).message).split('\n')[0];
    throw fail(`Cannot parse policy ${path}: ${first}, must be YAML`, cause);
  }
  const found = choosePool(written, pool);
  if (found === undefined) {
    const wanted = pool === undefined ? 'a pool, or pools: with at least one' : `pools: with one named ${pool}`;
    throw fail(`Cannot use policy ${path}: it has no pool, must hold ${wanted}`);
  }
  const parsed = poolConfigSchema.safeParse({ name: 'pool', ...found });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const where = issue.path.join('.');
  throw fail(`Cannot use policy ${path}: ${where === '' ? '' : `${where}: `}${issue.message}`);
}

function choosePool(written: unknown, name: string | undefined): object | undefined {
  if (!isObject(written)) return undefined;
  if (!('pools' in written)) return name === undefined || written['name'] === name ? written : undefined;
  const pools = Array.isArray(written['pools']) ? written['pools'].filter(isObject) : [];
  return name === undefined ? pools[0] : pools.find((each) => each['name'] === name);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
