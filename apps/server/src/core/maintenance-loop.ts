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
    // Tens of megabytes: in the background, for the log must be synced each second.
    void keepReceived(fleet, () => fleet.received.keep(now));
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

/** Keeps what was learned of received series; a disk that fails costs only that. */
export async function keepReceived(fleet: Fleet, keep: () => Promise<void>): Promise<void> {
  try {
    await keep();
  } catch (error) {
    fleet.selfMetrics.count('jaegis_detection_save_failures_total');
    fleet.log.warn({ err: error }, `Cannot keep what was learned of received series: ${String(error)}`);
  }
}
