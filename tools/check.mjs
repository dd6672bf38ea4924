// `npm run check`: what must hold before a commit, in under a minute: format, lint, types, structure, fast tests.
import { ensureInstalled } from './install.mjs';
import { runSteps, staticSteps } from './steps.mjs';
import { printClosing, runVitest } from './vitest-run.mjs';

ensureInstalled();
const failedSteps = runSteps(staticSteps());
// Few seeds of the simulations here, and not those of the whole server: `npm test` runs them all, with more seeds.
const counts = runVitest(['fast'], [], { SEEDS: '2', JAEGIS_SEEDS: '1', JAEGIS_CHECK: '1' });
printClosing(counts, failedSteps);
process.exitCode = counts.failed + failedSteps.length === 0 ? 0 : 1;
