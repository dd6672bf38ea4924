// Installs what is missing. A fresh clone has only Node and npm: everything else comes from the lockfile.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Fails with one line when Node is too old for us. */
function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  console.error(`Cannot run JAEGIS: Node is ${process.versions.node}, must be >= 20.19`);
  process.exit(2);
}

/** Runs `npm ci` when node_modules is not what the lockfile says. */
export function ensureInstalled() {
  checkNode();
  const lockHash = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const stamp = join(root, 'node_modules', '.jaegis-installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lockHash) return;
  if (existsSync(join(root, 'node_modules', '.package-lock.json')) && npm(['ls', '--silent'], 'ignore') === 0) {
    writeFileSync(stamp, lockHash);
    return;
  }
  console.error('Installing dependencies (once; about half a minute) ...');
  // A registry that lacks the packages of other platforms makes `npm ci` refuse a lockfile that `npm install` can follow.
  const status =
    npm(['ci', '--no-audit', '--no-fund', '--loglevel=error'], 'inherit') === 0
      ? 0
      : npm(['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], 'inherit');
  if (status !== 0) {
    console.error('Cannot install dependencies: npm failed (its message is above), must reach the npm registry once');
    process.exit(1);
  }
  writeFileSync(stamp, lockHash);
}

/** @param {string[]} args @param {'ignore' | 'inherit'} stdio */
function npm(args, stdio) {
  const windows = process.platform === 'win32';
  return spawnSync(windows ? 'npm.cmd' : 'npm', args, {
    cwd: root,
    stdio: ['ignore', stdio === 'inherit' ? 2 : 'ignore', stdio === 'inherit' ? 2 : 'ignore'],
    shell: windows,
  }).status;
}
