import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfigFile, parseConfigText } from './config-file.ts';

test.each([
  ['pools: [', /^Cannot parse configuration: .+, must be YAML$/],
  ['pools: []\npools: []', /^Cannot parse configuration: .+/],
  ['- just\n- a list', /^Cannot parse configuration: .+/],
  [
    'pools: [{ name: a, replicas: { min: 2, max: 1 } }]',
    /^Cannot parse pool "a": replicas.min is 2, must be <= replicas.max \(1\)$/,
  ],
])('%j is one line that says what is wrong', (text, message) => {
  const result = parseConfigText(text);
  expect(result.ok ? '' : result.error).toMatch(message);
  expect(result.ok ? '' : result.error).not.toContain('\n');
});

test('a file of aliases upon aliases does not grow in memory', () => {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
  for (let i = 1; i < 30; i++)
    lines.push(`a${i}: &a${i} [${Array.from({ length: 9 }, () => `*a${i - 1}`).join(', ')}]`);
  expect(parseConfigText(lines.join('\n')).ok).toBe(false);
});

test('a file that is not there is named', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'config-'));
  const path = join(folder, 'jaegis.yaml');
  expect(await loadConfigFile(path)).toEqual({
    ok: false,
    error: `Cannot read configuration ${path}: there is no such file (ENOENT), must be a readable file`,
  });
  await writeFile(path, '# empty is fine\n');
  expect((await loadConfigFile(path)).ok).toBe(true);
  await rm(folder, { recursive: true });
});

test.each(['&a [*a]', 'pools: &a [{ name: a, schedules: *a }]', 'a: &x { y: *x }'])(
  'what holds itself is refused: %s',
  (text) => {
    expect(parseConfigText(text)).toEqual({
      ok: false,
      error: 'Cannot parse configuration: an alias refers to what holds it, must be plain values',
    });
  },
);
