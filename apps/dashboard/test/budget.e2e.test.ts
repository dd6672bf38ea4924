import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { dist, ensureBuilt } from './browser.ts';

interface Chunk {
  readonly file: string;
  readonly isEntry?: boolean;
  readonly imports?: readonly string[];
  readonly dynamicImports?: readonly string[];
}

/** dashboard.md, budget: initial JavaScript under 250 kB gzip, the rest by page. */
const budgetBytes = 250_000;

describe('the built dashboard', () => {
  let manifest: Record<string, Chunk>;

  beforeAll(async () => {
    await ensureBuilt();
    manifest = JSON.parse(await readFile(join(dist, '.vite/manifest.json'), 'utf8')) as Record<string, Chunk>;
  });

  function graphOf(key: string, seen = new Set<string>()): Set<string> {
    if (seen.has(key)) return seen;
    seen.add(key);
    for (const next of manifest[key]?.imports ?? []) graphOf(next, seen);
    return seen;
  }

  async function gzipBytes(keys: Iterable<string>): Promise<number> {
    let total = 0;
    for (const key of keys) total += gzipSync(await readFile(join(dist, manifest[key]!.file))).length;
    return total;
  }

  test('loads less than its budget to begin with, the overview with it', async () => {
    const entry = Object.keys(manifest).find((key) => manifest[key]?.isEntry)!;
    const graph = graphOf(entry);
    graphOf('src/pages/overview/overview-page.tsx', graph);
    expect(await gzipBytes(graph)).toBeLessThan(budgetBytes);
  });

  test('loads each page by itself, and the layout engine only with the map', async () => {
    const entry = Object.keys(manifest).find((key) => manifest[key]?.isEntry)!;
    expect(manifest[entry]?.dynamicImports?.filter((key) => key.includes('/pages/')).length).toBe(11);
    for (const key of graphOf(entry)) expect(manifest[key]!.file).not.toMatch(/elk|map-page|chart-/);
  });

  test('has no inline script and asks nobody else', async () => {
    const html = await readFile(join(dist, 'index.html'), 'utf8');
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>\s*\S/);
    expect(html).not.toMatch(/\b(?:src|href)="https?:/);
    expect(html).not.toMatch(/<style|style="/);
  });
});
