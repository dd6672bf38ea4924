import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const sources = new URL('..', import.meta.url).pathname;

/** Names of our own metrics where values are set, and where they are described. */
function namesIn(): { measured: Set<string>; described: Set<string> } {
  const measured = new Set<string>();
  let described = new Set<string>();
  for (const file of readdirSync(sources, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue;
    const text = readFileSync(join(sources, file), 'utf8');
    for (const [, name] of text.matchAll(/(?:set|count|observe)\(\s*'(jaegis_[a-z_]+)'/g)) measured.add(name!);
    if (file.endsWith('self-metric-names.ts'))
      described = new Set(
        [...text.matchAll(/\[\s*'(jaegis_[a-z_]+)',\s*'(?:counter|gauge|summary)'/g)].map(([, name]) => name!),
      );
  }
  return { measured, described };
}

test('every metric of ours that is measured is described', () => {
  const { measured, described } = namesIn();
  expect(measured.size).toBeGreaterThan(40);
  expect([...measured].filter((name) => !described.has(name))).toEqual([]);
});
