// Runs vitest and tells what it did in one plain line: `N passed, N failed, N skipped`. Skipped tests are named.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './install.mjs';

/** @typedef {{ passed: number, failed: number, skipped: string[] }} Counts */

/** @param {string[]} projects @param {string[]} filters @param {Record<string, string>} environment @returns {Counts} */
export function runVitest(projects, filters = [], environment = {}) {
  const report = join(root, '.cache', `vitest-${projects.join('-')}.json`);
  mkdirSync(join(root, '.cache'), { recursive: true });
  rmSync(report, { force: true });
  const args = [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    ...projects.flatMap((name) => ['--project', name]),
    // Two, as the smallest machine we plan for has cores; the default leaves one idle. End to end goes one by one.
    ...(projects.includes('fast') ? ['--maxWorkers=2'] : []),
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...filters,
  ];
  const result = spawnSync(process.execPath, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...environment, ...process.env },
  });
  return countReport(report, result.status);
}

/** @param {string} report @param {number | null} status @returns {Counts} */
function countReport(report, status) {
  try {
    const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
    const tests = testResults.flatMap((/** @type {any} */ file) => file.assertionResults);
    const failedFiles = testResults.filter(
      (/** @type {any} */ file) => file.status === 'failed' && file.assertionResults.length === 0,
    ).length;
    const failed = tests.filter((/** @type {any} */ each) => each.status === 'failed').length + failedFiles;
    return {
      passed: tests.filter((/** @type {any} */ each) => each.status === 'passed').length,
      failed: failed === 0 && status !== 0 ? 1 : failed,
      skipped: tests
        .filter((/** @type {any} */ each) => ['skipped', 'pending', 'todo', 'disabled'].includes(each.status))
        .map((/** @type {any} */ each) => each.fullName),
    };
  } catch (error) {
    console.error(`Cannot read the test report: ${error instanceof Error ? error.message : error}`);
    return { passed: 0, failed: 1, skipped: [] };
  }
}

/** @param {Counts} counts @param {string[]} failedSteps */
export function printClosing(counts, failedSteps) {
  for (const name of counts.skipped) console.log(`skipped: ${name}`);
  for (const name of failedSteps) console.log(`failed: ${name}`);
  console.log(
    `${counts.passed} passed, ${counts.failed + failedSteps.length} failed, ${counts.skipped.length} skipped`,
  );
}
