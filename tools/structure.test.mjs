import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkStructure } from './structure.mjs';

let base = '';

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'structure-'));
  for (const group of ['packages', 'apps', 'examples']) mkdirSync(join(base, group));
  addPackage('packages/std', '@jaegis/std', 'ground', 1);
  addPackage('packages/model', '@jaegis/model', 'ground', 2);
  addPackage('packages/scaling', '@jaegis/scaling', 'engines', 0);
  addPackage('packages/topology', '@jaegis/topology', 'engines', 0);
  addPackage('packages/targets', '@jaegis/targets', 'edges', 2);
  addPackage('apps/server', '@jaegis/server', 'apps', 1);
});

afterEach(() => rmSync(base, { recursive: true }));

function addPackage(folder, name, band, order) {
  add(
    `${folder}/package.json`,
    JSON.stringify({
      name,
      jaegis: { band, order },
      dependencies: {
        '@jaegis/std': '0.1.0',
        '@jaegis/model': '0.1.0',
        '@jaegis/scaling': '0.1.0',
        '@jaegis/topology': '0.1.0',
        '@jaegis/targets': '0.1.0',
        '@jaegis/server': '0.1.0',
      },
    }),
  );
  add(`${folder}/src/index.ts`, 'export const x = 1;\n');
}

function add(path, text) {
  mkdirSync(dirname(join(base, path)), { recursive: true });
  writeFileSync(join(base, path), text);
}

function problemsOf(path, text) {
  add(path, text);
  return checkStructure(base);
}

test('a tree that keeps the rules has no problems', () => {
  expect(
    problemsOf('packages/scaling/src/decide.ts', "import { x } from '@jaegis/std';\nexport const y = x;\n"),
  ).toEqual([]);
  expect(
    problemsOf(
      'apps/server/src/core.ts',
      "import { x } from '@jaegis/scaling';\nexport { x as z } from '@jaegis/targets';\n",
    ),
  ).toEqual([]);
});

test.each([
  [
    'a lower band importing a higher one',
    'packages/model/src/a.ts',
    "import { x } from '@jaegis/scaling';",
    'a lower band',
  ],
  [
    'an engine importing an engine',
    'packages/scaling/src/a.ts',
    "import { x } from '@jaegis/topology';",
    'engines must never import each other',
  ],
  [
    'an engine importing an engine later in the line',
    'packages/scaling/src/a.ts',
    "const a = 1; import type { x } from '@jaegis/topology';",
    'engines must never import each other',
  ],
  [
    'an edge importing an app',
    'packages/targets/src/a.ts',
    "const server = await import('@jaegis/server');",
    'a lower band',
  ],
  [
    'ground importing upwards within its band',
    'packages/std/src/a.ts',
    "import { x } from '@jaegis/model';",
    'does not come before it',
  ],
  [
    'an engine doing I/O',
    'packages/scaling/src/a.ts',
    "import { readFile } from 'node:fs/promises';",
    'must have no I/O',
  ],
  ['an engine reading the clock', 'packages/scaling/src/a.ts', 'export const now = Date.now();', 'reads the clock'],
  ['an engine using randomness', 'packages/scaling/src/a.ts', 'export const r = Math.random();', 'uses randomness'],
  ['an engine starting a timer', 'packages/scaling/src/a.ts', 'setTimeout(() => {}, 1);', 'starts a timer'],
  [
    'a path into another package',
    'packages/targets/src/a.ts',
    "import { x } from '../../std/src/index.ts';",
    "must go through the other package's door",
  ],
  [
    'a barrel import inside a package',
    'packages/scaling/src/a.ts',
    "import { x } from './index.ts';",
    'imports its own index.ts',
  ],
  ['an undeclared dependency', 'packages/targets/src/a.ts', "import x from 'left-pad';", 'does not name'],
  ['a file with a name that says nothing', 'packages/targets/src/string-utils.ts', '', 'its name says nothing'],
  ['a file that is too long', 'packages/targets/src/a.ts', 'x\n'.repeat(501), 'must have at most 500'],
])('refuses %s', (_what, path, text, expected) => {
  const problems = problemsOf(path, text);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(expected);
  expect(problems[0]).toContain(path);
});

test('what a comment or a test says is not an import rule', () => {
  expect(
    problemsOf(
      'packages/scaling/src/a.ts',
      "// import { x } from '@jaegis/topology'; Date.now()\n/* Math.random() */\nexport const a = 'process.pid';\n",
    ),
  ).toEqual([]);
  expect(
    problemsOf('packages/scaling/src/a.test.ts', "import { test } from 'vitest';\nconst t = Date.now();\n"),
  ).toEqual([]);
});
