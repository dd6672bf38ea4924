import { type Link, type LinkKind, poolStateMetric, signalMetric, type Topology } from '@jaegis/model';
import { pastSnapshotOf } from '@jaegis/topology';
import type { Fleet } from '../core/fleet.ts';
import { healthOfScore, type TopologyQuery } from './topology-view.ts';

/** Series are written every 5 s: what has no sample in the minute before the moment was not there. */
const lookbackMs = 60_000;

interface Newest {
  readonly labels: Readonly<Record<string, string>>;
  readonly at: number;
  readonly value: number;
}

/**
 * The map as it was at a past moment, from the series that were written then: pools with their health, links with rate,
 * errors and duration. Agents of a pool are not opened: links between agents are not kept.
 */
export function pastTopology(fleet: Fleet, query: TopologyQuery, at: number): Topology {
  const scores = byPool(newest(fleet, poolStateMetric.score, at));
  const agents = byPool(newest(fleet, poolStateMetric.agents, at));
  const { focus, depth, limit } = query;
  return pastSnapshotOf(
    { at, links: linksAt(newest(fleet, signalMetric.link, at)) },
    {
      limit,
      pools: [...agents.keys()],
      ...(focus === undefined ? {} : { focus }),
      ...(depth === undefined ? {} : { depth }),
    },
    (id) => {
      const score = scores.get(id);
      const count = agents.get(id) ?? 0;
      return { health: score === undefined ? 'unknown' : healthOfScore(score, 1), agents: count };
    },
  );
}

function newest(fleet: Fleet, name: string, at: number): Newest[] {
  return fleet.store.select([{ name: '__name__', op: '=', value: name }], at - lookbackMs, at).flatMap((series) => {
    const last = series.timestamps.length - 1;
    return last < 0 ? [] : [{ labels: series.labels, at: series.timestamps[last]!, value: series.values[last]! }];
  });
}

function byPool(found: readonly Newest[]): Map<string, number> {
  return new Map(found.map(({ labels, value }) => [labels['pool'] ?? '', value]));
}

function linksAt(found: readonly Newest[]): Link[] {
  const links = new Map<string, { -readonly [K in keyof Link]: Link[K] }>();
  for (const { labels, at, value } of found) {
    const { source = '', target = '', kind = 'internal', signal = '' } = labels;
    const key = JSON.stringify([source, target, kind]);
    let link = links.get(key);
    if (link === undefined) {
      link = { source, target, kind: kind as LinkKind, rate: 0, errorRate: 0, p50: null, p95: null, lastSeen: at };
      links.set(key, link);
    }
    link.lastSeen = Math.max(link.lastSeen, at);
    if (signal === 'request_rate') link.rate = value;
    else if (signal === 'error_rate') link.errorRate = value;
    else if (signal === 'latency_p50') link.p50 = value;
    else if (signal === 'latency_p95') link.p95 = value;
  }
  return [...links.values()];
}
