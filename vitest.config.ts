import { defineConfig } from 'vitest/config';

// Two projects: `fast` is what `npm run check` runs (unit, scripts, conformance, property, simulation); `e2e` starts real
// processes, browsers and peers, and runs one file at a time because they share this machine's two cores.
const resolve = { conditions: ['source', 'node', 'import', 'default'] };

/** `npm run check` has a minute: simulations, lives of the store and trainings that take long are left to `npm test`. */
const leftToFullRuns =
  process.env['JAEGIS_CHECK'] === undefined
    ? []
    : [
        'apps/server/test/simulation/*.test.ts',
        'packages/simulator/test/{scaling,tuning}.test.ts',
        'packages/scaling/src/workers/workers.test.ts',
        'packages/tsdb/src/{metrics-store.model,metrics-history}.test.ts',
        'packages/tsdb/src/block/block-thread.test.ts',
        'packages/tsdb/src/select/{handover,kept-samples}.test.ts',
        'packages/tsdb/src/head/chunk-store.test.ts',
        'packages/analytics/src/detect/{false-alarms,recorded-data}.test.ts',
        'packages/analytics/src/forecast/{network/network,weighted-members}.test.ts',
        'packages/analytics/src/multivariate/table-run.test.ts',
        'packages/scaling/src/backtest/{plant,what-if}.test.ts',
        'packages/scaling/src/fleet/fleet.test.ts',
        'packages/scaling/src/rehearsal/rehearsal.test.ts',
        'packages/analytics/src/detect/own-record/own-record.test.ts',
        'packages/analytics/src/health/leak-watch.test.ts',
        'packages/alerting/src/incident.property.test.ts',
        'apps/server/src/core/{forecast-loop,network-loop}.test.ts',
        'apps/server/src/query/rollup-answers.test.ts',
        'apps/server/src/http/backtest-routes.test.ts',
        'apps/cli/src/commands/forecast.test.ts',
      ];

export default defineConfig({
  test: {
    projects: [
      {
        resolve,
        ssr: { resolve: { conditions: resolve.conditions, externalConditions: ['node', 'import', 'default'] } },
        test: {
          name: 'fast',
          // One world for all files of a worker: a test that leaves something behind breaks another, which is what we want to know.
          pool: 'threads',
          isolate: false,
          include: [
            'packages/**/*.test.ts',
            'apps/**/*.test.{ts,tsx}',
            'examples/**/*.test.ts',
            'tools/**/*.test.{ts,mjs}',
          ],
          exclude: ['**/node_modules/**', '**/dist/**', '**/*.e2e.test.ts', ...leftToFullRuns],
          testTimeout: 30_000,
        },
      },
      {
        resolve,
        ssr: { resolve: { conditions: resolve.conditions, externalConditions: ['node', 'import', 'default'] } },
        test: {
          name: 'e2e',
          include: ['**/*.e2e.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**'],
          testTimeout: 180_000,
          hookTimeout: 120_000,
          // Real processes and a real browser on a busy machine: one more try, and the report says "retry x1" where it was needed.
          retry: 1,
          fileParallelism: false,
        },
      },
    ],
  },
});
