import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { poolConfigSchema } from '@jaegis/model';
import { compress, type FleetRow, parseJobs, runFleetBacktest, scalingConfig } from '@jaegis/scaling';

// `npm run bench -- worker-fleet`: recorded jobs of an image service with their service times, as they came and five and
// twenty times as fast (a fleet of one, of three, of a dozen), beside the HPA on queue length with its target chosen in
// hindsight. The policy is told the mean service time and one queue length for all; it knows nothing else of the trace.

interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly note?: string;
}

const file = 'workload/alibaba_genai_jobs_events.csv.gz';
const sloWaitS = 60;

export async function run(o: { quick: boolean }): Promise<{ title: string; rows: Row[] }> {
  const title = 'Worker fleet: worker-hours over the oracle and waits, genai jobs with their service times';
  const path = join(process.env['JAEGIS_BENCH_DATA'] ?? '../shared/data', file);
  if (!existsSync(path)) return { title, rows: [{ name: 'jobs', value: 0, unit: '', note: `skipped: no ${path}` }] };
  const recorded = parseJobs(gunzipSync(readFileSync(path)).toString('utf8'));
  if (typeof recorded === 'string') throw new Error(recorded);
  const mean = recorded.services.reduce((sum, s) => sum + s, 0) / recorded.services.length;
  const rows: Row[] = [];
  for (const speed of o.quick ? [20] : [1, 5, 20])
    for (const startupS of [60, 300]) {
      const jobs = compress(recorded, speed);
      const pool = {
        name: 'p',
        replicas: { min: 1, max: 1_000 },
        capacity: { requests_per_second: 1 / mean },
        startup: `${startupS}s`,
        objectives: [{ signal: 'queue_length', target: 10, wait: `${sloWaitS}s` }],
      };
      const config = scalingConfig(poolConfigSchema.parse(pool), { intervalMs: 10_000 });
      const fleet = { startupS, stepS: 10, minReplicas: 1, maxReplicas: 1_000 };
      const { rows: found, dominatedBy, dominates, targets } = runFleetBacktest(jobs, config, { fleet, sloWaitS });
      for (const row of found) {
        const more =
          row.policy === 'jaegis'
            ? `; beats ${dominates} of ${targets} HPA targets in both, ${dominatedBy} beat it`
            : '';
        rows.push({
          name: `x${speed}, ${startupS} s: ${nameOf(row)}`,
          value: row.xOracle,
          unit: 'x oracle',
          note: told(row) + more,
        });
      }
    }
  return { title, rows };
}

function nameOf(row: FleetRow): string {
  return row.target === null ? row.policy : `${row.policy} @ ${row.target} (hindsight)`;
}

function told(row: FleetRow): string {
  const { workerHours, p50WaitS, p95WaitS, p99WaitS, latePercent, scaleEventsPerHour } = row;
  return (
    `p95 wait ${p95WaitS.toFixed(0)} s, p50 ${p50WaitS.toFixed(0)} s, p99 ${p99WaitS.toFixed(0)} s, ${latePercent.toFixed(2)} % wait over ${sloWaitS} s, ` +
    `${workerHours.toFixed(0)} worker-hours, ${scaleEventsPerHour.toFixed(0)} changes/h`
  );
}
