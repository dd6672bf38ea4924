// `npm start`: install what is missing, build what changed, run the server with the dashboard and the example fleet.
// Everything after `--` goes to `jaegis up`; `--no-fleet` starts without the example.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { buildAll } from './build.mjs';
import { ensureInstalled, root } from './install.mjs';

const given = process.argv.slice(2);
const withFleet = !given.includes('--no-fleet');
const flags = given.filter((flag) => flag !== '--no-fleet');

ensureInstalled();
await buildAll();

const config =
  withFleet && !flags.some((flag) => flag === '--config' || flag.startsWith('--config='))
    ? ['--config', join(root, 'examples/research-fleet/jaegis.yaml')]
    : [];
const isDataDirGiven =
  process.env.JAEGIS_DATA_DIR !== undefined ||
  flags.some((flag) => flag === '--data-dir' || flag.startsWith('--data-dir='));
const dataDir = isDataDirGiven ? [] : ['--data-dir', join(root, '.jaegis')];
const server = spawn(process.execPath, [join(root, 'apps/cli/dist/jaegis.js'), 'up', ...config, ...dataDir, ...flags], {
  stdio: 'inherit',
});

// Ctrl-C reaches the whole foreground group: the server stops by itself, and we wait for it. A plain kill reaches only us.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => server.kill('SIGTERM'));
server.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === null ? 0 : 1);
});
