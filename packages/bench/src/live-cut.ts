/**
 * What a cut of the head does to those who wait. Ten minutes of load are too few for one: so the head is filled beforehand
 * with the same series over a whole aligned stretch, as fast as the server takes them, and the window for late samples is
 * set so that the stretch is settled soon after. When blocks are written is seen from outside,
 * by the unfinished files in the server's folder.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type FleetLoad, LoadRequests } from './fleet-load.ts';
import type { BenchRow } from './otlp-ingest.ts';
import type { Peer } from './peers.ts';
import { quantile } from './quantile.ts';
import { sendBodies } from './send-bodies.ts';
import { remoteWriteHeaders } from './visible-probe.ts';

/** A marker that was seen: seconds into the load, the same by the process' stopwatch, and how long it took. */
export interface Sighting {
  readonly at: number;
  readonly clock: number;
  readonly ms: number;
}

export interface PlannedCut {
  readonly from: number;
  readonly to: number;
  /** For the server. */
  readonly flags: readonly string[];
}

/** How long after the start the stretch is settled: time to fill the head with ten minutes, and half a minute of the load alone. */
const settledAfterMs = 180_000;

/** The newest stretch of `lengthMs` that is over at `now`. */
export function planCut(lengthMs: number, now: number): PlannedCut {
  const to = Math.floor(now / lengthMs) * lengthMs;
  const windowS = Math.ceil((now - to + settledAfterMs) / 1_000);
  const flags = ['--block-window', `${lengthMs / 1_000}s`, '--out-of-order-window', `${windowS}s`];
  return { from: to - lengthMs, to, flags };
}

/** Sends every round of the stretch. */
export async function fillHead(peer: Peer, cut: PlannedCut, of: { load: FleetLoad; everyMs: number }): Promise<void> {
  const requests = new LoadRequests(of.load, 'remote-write');
  function* bodies(): Iterable<Uint8Array> {
    for (let at = cut.from, round = 0; at < cut.to; at += of.everyMs, round++)
      for (let request = 0; request < requests.count; request++) yield requests.body(request, round, at);
  }
  const startedAt = performance.now();
  await sendBodies(bodies(), { url: `${peer.url}/api/v1/write`, headers: remoteWriteHeaders, connections: 4 });
  console.error(`filled in ${Math.round((performance.now() - startedAt) / 1_000)} s`);
}

interface Writing {
  readonly name: string;
  readonly from: number;
  to: number;
  readonly memory: number[];
}

/** Looks for unfinished blocks ten times a second. */
export function watchWriting(peer: Peer): { stop(): readonly Writing[] } {
  const found: Writing[] = [];
  const folder = join(peer.folder, 'data', 'metrics');
  const timer = setInterval(() => {
    const now = performance.now();
    for (const file of readdirSync(folder)) {
      if (!file.endsWith('.part')) continue;
      const name = file.replace(/\.jgb\.part$/, '');
      let known = found.find((each) => each.name === name);
      if (known === undefined) {
        known = { name, from: now, to: now, memory: [] };
        found.push(known);
        console.error(`${name} begins`);
      }
      known.to = now;
      known.memory.push(peer.memoryBytes());
    }
  }, 100);
  return {
    stop: () => {
      clearInterval(timer);
      return found;
    },
  };
}

/** What is over when its file is whole: the head gives the samples up and a checkpoint is written after that. */
const afterwardsMs = 10_000;

export function cutRows(written: readonly Writing[], seen: readonly Sighting[]): BenchRow[] {
  return written.flatMap(({ name, from, to, memory }): BenchRow[] => {
    const during = (until: number) =>
      seen.filter(({ clock }) => clock >= from && clock <= until).map((sighting) => sighting.ms);
    const meanwhile = during(to);
    const after = during(to + afterwardsMs);
    const mib = Math.max(...memory) / 2 ** 20;
    return [
      {
        name: `${name}: written in`,
        value: (to - from) / 1_000,
        unit: 's',
        note: `${mib.toFixed(0)} MiB resident at most`,
      },
      {
        name: 'visible meanwhile, p50',
        value: quantile(meanwhile, 0.5),
        unit: 'ms',
        note: `${meanwhile.length} markers`,
      },
      { name: 'visible meanwhile, p99', value: quantile(meanwhile, 0.99), unit: 'ms' },
      {
        name: `visible meanwhile and in the ${afterwardsMs / 1_000} s after it, p99`,
        value: quantile(after, 0.99),
        unit: 'ms',
        note: `slowest ${Math.max(...after).toFixed(0)}`,
      },
    ];
  });
}
