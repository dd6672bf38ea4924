// `npm run bench -- SUITE [--quick] [--NAME=VALUE ...]`: measures, and prints a table for docs/benchmarks.md. Without a suite: lists them.
import { mkdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildAll } from './build.mjs';
import { ensureInstalled, root } from './install.mjs';

/** Suite name to its module in packages/bench/src. Each exports `run({ quick, args })` giving `{ title, rows }`. */
const suites = {
  forecast: 'forecast.ts',
  'otlp-ingest': 'otlp-ingest.ts',
  loop: 'loop.ts',
  scaling: 'scaling.ts',
  decisions: 'decisions.ts',
  'worker-fleet': 'worker-fleet.ts',
  storage: 'storage.ts',
  promql: 'promql.ts',
  tsdb: 'tsdb.ts',
  live: 'live.ts',
  'remote-write': 'remote-write.ts',
  faults: '../../../apps/server/test/simulation/fault-suite.ts',
  anomaly: 'anomaly.ts',
};

const [name, ...flags] = process.argv.slice(2);
if (name === undefined || !(name in suites)) {
  console.error(
    `${name === undefined ? 'Which suite?' : `Cannot run suite: ${name} is not known`}, must be one of ${Object.keys(suites).join(', ')}`,
  );
  process.exit(2);
}

ensureInstalled();
await buildAll();
process.chdir(root);
const outfile = join(root, '.cache/bench', `${name}.mjs`);
mkdirSync(join(root, '.cache/bench'), { recursive: true });
const { build } = await import('esbuild');
await build({
  entryPoints: [join(root, 'packages/bench/src', suites[name])],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  conditions: ['source'],
  target: 'node20.19',
  packages: 'bundle',
  external: ['@grpc/grpc-js', 'libsql', '@opentelemetry/*', 'protobufjs'],
  logLevel: 'warning',
});
const { run } = await import(pathToFileURL(outfile).href);
const { title, rows } = await run({
  quick: flags.includes('--quick'),
  args: flags.filter((flag) => flag !== '--quick'),
});

console.log(`\n${title}\nNode ${process.versions.node}, ${cpus().length} cores\n`);
console.log('| what | value | unit | note |\n|---|---|---|---|');
for (const row of rows) console.log(`| ${row.name} | ${round(row.value)} | ${row.unit} | ${row.note ?? ''} |`);

/** @param {number} value */
function round(value) {
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : Number(value.toPrecision(3));
}
