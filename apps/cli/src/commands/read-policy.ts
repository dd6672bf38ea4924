import { readFile } from 'node:fs/promises';
import { issueWords, type PoolConfig, parseConfig, poolConfigSchema } from '@jaegis/model';
import type { QuotaShare } from '@jaegis/scaling';
import { badInput, CliError, unreadable } from '../errors.ts';

export interface Policy {
  readonly pool: PoolConfig;
  /** What a whole configuration's quotas leave for it, with the minimum of each other pool kept free. */
  readonly quotas: readonly QuotaShare[];
}

/**
 * Reads a policy: one pool as under `pools:` in `jaegis.yaml` (YAML or JSON; `name` may be left out), or a whole
 * configuration file, of which `pool` or else the first is taken. Throws a `CliError` that names the first wrong field.
 */
export async function readPolicy(path: string, pool?: string): Promise<Policy> {
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
      .replace(/; please use .*\(\)/, '')
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
  if (!parsed.success) throw fail(`Cannot use policy ${path}: ${issueWords(parsed.error.issues[0]!, named)}`);
  return {
    pool: parsed.data,
    quotas: isWhole(written) ? quotasOf(written, parsed.data.name, (e) => fail(`${e} (${path})`)) : [],
  };
}

function quotasOf(written: Whole, pool: string, fail: (message: string) => CliError): QuotaShare[] {
  const pools = written.pools.map((each, i) =>
    isObject(each) ? { name: i === 0 ? 'pool' : `pool-${i + 1}`, ...each } : each,
  );
  const result = parseConfig({ ...written, pools });
  if (!result.ok) throw fail(result.error);
  const { config } = result;
  return config.quotas
    .filter((quota) => quota.pools.includes(pool))
    .map(({ name, replicas: limit, pools: names }) => {
      const others = config.pools.filter((each) => each.name !== pool && names.includes(each.name));
      return { name, limit, left: limit - others.reduce((sum, each) => sum + each.replicas.min, 0) };
    });
}

interface Whole {
  readonly pools: readonly unknown[];
}

function isWhole(written: unknown): written is Whole {
  return isObject(written) && Array.isArray(written['pools']);
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
