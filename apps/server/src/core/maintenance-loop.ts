import { saveAccuracy } from './alarm-accuracy.ts';
import type { Fleet } from './fleet.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const keptMs = { decisions: 90 * dayMs, incidents: 400 * dayMs, alerts: 90 * dayMs, anomalies: 30 * dayMs } as const;
const saveEveryMs = 60_000;

const lastDone = new WeakMap<Fleet, { saved: number; pruned: number }>();

/** Every second: sync the log; each minute: keep what was learned; each hour: forget what is too old. */
export async function runMaintenance(fleet: Fleet, now: number): Promise<void> {
  await fleet.store.maintain(now);
  fleet.metadata.retry();
  await fleet.remoteWrites?.maintain();
  const done = lastDone.get(fleet) ?? { saved: now, pruned: 0 };
  lastDone.set(fleet, done);
  if (now - done.saved >= saveEveryMs) {
    done.saved = now;
    for (const entry of fleet.pools.sized()) fleet.pools.save(entry);
    await fleet.detection.save(fleet.metadata, fleet.breathe);
    await fleet.behavior.save(fleet.metadata, fleet.breathe);
    saveAccuracy(fleet);
    fleet.received.sweep(now);
  }
  if (now - done.pruned >= hourMs) {
    done.pruned = now;
    fleet.metadata.prune({
      decisions: now - keptMs.decisions,
      incidents: now - keptMs.incidents,
      alerts: now - keptMs.alerts,
      anomalies: now - keptMs.anomalies,
    });
  }
}
