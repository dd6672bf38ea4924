import { readFileSync } from 'node:fs';
import { parseConfig } from '@jaegis/model';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const file = new URL('../jaegis.yaml', import.meta.url);

test('the example configuration is valid and names the five pools', () => {
  const result = parseConfig(parse(readFileSync(file, 'utf8')));
  if (!result.ok) throw new Error(result.error);
  expect(result.config.pools.map((pool) => `${pool.name} ${pool.replicas.min}-${pool.replicas.max}`)).toEqual([
    'research/planner 1-4',
    'research/searcher 1-4',
    'research/reader 2-16',
    'research/writer 1-8',
    'research/load 1-1',
  ]);
});
