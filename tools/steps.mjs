// Runs named steps one after the other, prints what failed, and gives the exit code.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './install.mjs';

/** @typedef {{ name: string, command: string[] }} Step */

/** @param {string} name @param {string} script path below node_modules, run with this Node @param {string[]} args @returns {Step} */
export function nodeStep(name, script, ...args) {
  return { name, command: [process.execPath, join(root, script), ...args] };
}

/** The steps that look at the code without running it. @returns {Step[]} */
export function staticSteps() {
  return [
    nodeStep(
      'format and lint',
      'node_modules/@biomejs/biome/bin/biome',
      'ci',
      '--colors=off',
      '--error-on-warnings',
      '.',
    ),
    nodeStep('types', 'node_modules/typescript/bin/tsc', '-p', 'tsconfig.json'),
    nodeStep('types of the dashboard', 'node_modules/typescript/bin/tsc', '-p', 'apps/dashboard/tsconfig.json'),
    nodeStep('structure', 'tools/structure.mjs'),
    nodeStep('unused code', 'node_modules/knip/bin/knip.js', '--no-progress'),
  ];
}

/** @param {Step[]} steps @returns {string[]} names of the steps that failed */
export function runSteps(steps) {
  const failed = [];
  for (const { name, command } of steps) {
    const startedAt = performance.now();
    const [program = '', ...args] = command;
    const result = spawnSync(program, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    if (result.status === 0) console.log(`✓ ${name} (${seconds} s)`);
    else {
      failed.push(name);
      console.log(`✗ ${name} (${seconds} s)\n${result.stdout ?? ''}${result.stderr ?? ''}`);
    }
  }
  return failed;
}
