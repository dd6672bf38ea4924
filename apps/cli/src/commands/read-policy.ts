import { readFile } from 'node:fs/promises';
import { issueWords, type PoolConfig, poolConfigSchema } from '@jaegis/model';
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
    const first = String((cause as Error).message)
      .split('\n')[0]!
      .replace(/:$/, '');
    throw fail(`Cannot parse policy ${path}: ${first}, must be YAML`, cause);
  }
  const found = choosePool(written, pool);
  if (found === undefined) {
    if (pool === undefined)
      throw fail(`Cannot use policy ${path}: it has no pool, must hold a pool, or pools: with at least one`);
    const known = poolsOf(written).map((each) => String(each['name']));
    throw fail(`Cannot use --pool: is "${pool}", must be one of ${known.join(', ') || 'those in'} (${path})`);
  }
  const named = { name: 'pool', ...found };
  const parsed = poolConfigSchema.safeParse(named);
  if (parsed.success) return parsed.data;
  throw fail(`Cannot use policy ${path}: ${issueWords(parsed.error.issues[0]!, named)}`);
}

function choosePool(written: unknown, name: string | undefined): object | undefined {
  const pools = poolsOf(written);
  return name === undefined ? pools[0] : pools.find((each) => each['name'] === name);
}

/** Those of a whole configuration; else the one that the file is. */
function poolsOf(written: unknown): Record<string, unknown>[] {
  if (!isObject(written)) return [];
  if (!('pools' in written)) return [written];
  return Array.isArray(written['pools']) ? written['pools'].filter(isObject) : [];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
