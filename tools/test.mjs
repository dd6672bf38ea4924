// `npm test`: everything that must hold, with its own set-up. Arguments filter the test files: `npm test -- crash`.
import { buildAll } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { runSteps, staticSteps } from './steps.mjs';
import { printClosing, runVitest } from './vitest-run.mjs';

ensureInstalled();
await buildAll();
const filters = process.argv.slice(2);
const failedSteps = filters.length > 0 ? [] : runSteps(staticSteps());
// More seeds than a check takes; the environment may name others.
const fast = runVitest(['fast'], filters.length > 0 ? [...filters, '--passWithNoTests'] : [], {
  JAEGIS_SEEDS: '1,2,3',
});
const e2e = runVitest(['e2e'], filters.length > 0 ? [...filters, '--passWithNoTests'] : []);
printClosing(
  { passed: fast.passed + e2e.passed, failed: fast.failed + e2e.failed, skipped: [...fast.skipped, ...e2e.skipped] },
  failedSteps,
);
process.exitCode = fast.failed + e2e.failed + failedSteps.length === 0 ? 0 : 1;
