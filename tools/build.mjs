// Builds what runs and what is published: the CLI with the server in it, the SDK, the example fleet, the dashboard.
// A piece whose sources did not change is left alone, so that a second `npm start` is quick.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureInstalled, root } from './install.mjs';
import { sourceStamp } from './source-stamp.mjs';

const at = (/** @type {string[]} */ ...parts) => join(root, ...parts);
const manifest = (/** @type {string} */ folder) => JSON.parse(readFileSync(at(folder, 'package.json'), 'utf8'));
const sources = (/** @type {string[]} */ ...folders) => [
  at('package-lock.json'),
  at('tools/build.mjs'),
  ...folders.map((folder) => at(folder)),
];

/** @type {{ name: string, inputs: string[], outputs: string[], build: () => Promise<void> }[]} */
const pieces = [
  {
    name: 'dashboard',
    inputs: [...sources('apps/dashboard', 'packages/model', 'packages/std')],
    outputs: [at('apps/dashboard/dist/index.html')],
    build: async () => {
      const { build } = await import('vite');
      await build({ root: at('apps/dashboard'), logLevel: 'warn' });
    },
  },
  {
    name: 'agent SDK',
    inputs: sources('packages/agent'),
    outputs: [at('packages/agent/dist/index.js'), at('packages/agent/dist/index.d.ts')],
    build: async () => {
      await bundle({ folder: 'packages/agent', entries: { index: 'src/index.ts' } });
      const result = spawnSync(
        process.execPath,
        [at('node_modules/typescript/bin/tsc'), '-p', at('packages/agent/tsconfig.build.json')],
        { stdio: 'inherit' },
      );
      if (result.status !== 0) throw new Error('Cannot build the agent SDK: its declarations have type errors (above)');
    },
  },
  {
    name: 'example fleet',
    inputs: sources('examples/research-fleet', 'packages/agent', 'packages/std'),
    outputs: [at('examples/research-fleet/dist/main.js')],
    build: () =>
      bundle({ folder: 'examples/research-fleet', entries: { main: 'src/main.ts' }, externalsOf: ['packages/agent'] }),
  },
  {
    name: 'server and CLI',
    inputs: [...sources('apps/cli', 'apps/server', 'packages')],
    outputs: [
      'jaegis',
      'query-worker',
      'forecast-worker',
      'network-worker',
      'backtest-worker',
      'replay-worker',
      'block-worker',
    ].map((name) => at(`apps/cli/dist/${name}.js`)),
    build: () =>
      bundle({
        folder: 'apps/cli',
        entries: {
          jaegis: 'src/main.ts',
          'query-worker': '../server/src/query/query-worker.ts',
          'forecast-worker': '../server/src/forecast-worker.ts',
          'network-worker': '../server/src/network-worker.ts',
          'backtest-worker': '../server/src/backtest/backtest-worker.ts',
          'replay-worker': '../server/src/replay-worker.ts',
          'block-worker': '../server/src/block-worker.ts',
        },
        keep: ['dashboard'],
      }),
  },
];

/**
 * One ESM bundle a package: our own sources inside, third-party packages outside (they are in its `dependencies`).
 * @param {{ folder: string, entries: Record<string, string>, externalsOf?: string[], keep?: string[] }} options
 */
async function bundle({ folder, entries, externalsOf = [], keep = [] }) {
  const { build } = await import('esbuild');
  const own = manifest(folder);
  const externals = [own, ...externalsOf.map(manifest)]
    .flatMap((each) => Object.keys(each.dependencies ?? {}))
    .filter((name) => !name.startsWith('@jaegis/'));
  const outdir = at(folder, 'dist');
  if (existsSync(outdir))
    for (const entry of readdirSync(outdir))
      if (!keep.includes(entry)) rmSync(join(outdir, entry), { recursive: true });
  await build({
    entryPoints: Object.fromEntries(Object.entries(entries).map(([name, path]) => [name, at(folder, path)])),
    outdir,
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    conditions: ['source'],
    external: externals,
    define: { JAEGIS_VERSION: JSON.stringify(own.version) },
    sourcemap: true,
    legalComments: 'none',
    logLevel: 'warning',
  });
}

/** The published CLI carries the dashboard's files. */
function carryDashboard() {
  rmSync(at('apps/cli/dist/dashboard'), { recursive: true, force: true });
  cpSync(at('apps/dashboard/dist'), at('apps/cli/dist/dashboard'), { recursive: true });
}

/** Builds every piece whose sources changed. */
export async function buildAll() {
  const stampFile = at('.cache/build.json');
  mkdirSync(at('.cache'), { recursive: true });
  const stamps = existsSync(stampFile) ? JSON.parse(readFileSync(stampFile, 'utf8')) : {};
  let isCarried = existsSync(at('apps/cli/dist/dashboard/index.html'));
  for (const piece of pieces) {
    const stamp = sourceStamp(piece.inputs);
    if (stamps[piece.name] === stamp && piece.outputs.every((output) => existsSync(output))) continue;
    const startedAt = performance.now();
    await piece.build();
    if (piece.name === 'dashboard') isCarried = false;
    stamps[piece.name] = stamp;
    writeFileSync(stampFile, JSON.stringify(stamps, null, 2));
    console.error(`Built the ${piece.name} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  }
  if (!isCarried) carryDashboard();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  ensureInstalled();
  await buildAll();
}
