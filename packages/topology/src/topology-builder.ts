/**
 * The live map: which pools call which, how often, how slowly, with how many errors; the same between agents, where a
 * pool is opened. Fed span by span; every table in it is bounded and counts what it refused.
 */
import type { Link, Span, Topology } from '@jaegis/model';
import { assert } from '@jaegis/std';
import { type LinkEntry, LinkTable, linkOf } from './link-table.ts';
import { type Call, SpanPairing } from './span-pairing.ts';
import { type HealthOf, type SnapshotQuery, snapshotOf } from './topology-snapshot.ts';

export interface TopologyOptions {
  /** Over which rates and durations of links are taken. */
  readonly windowMs?: number;
  /** Pools and virtual peers together. */
  readonly maxNodes?: number;
  /** Links between pools. */
  readonly maxLinks?: number;
  /** Links between agents. */
  readonly maxAgentLinks?: number;
  /** Spans that wait for their other half. */
  readonly maxPendingSpans?: number;
  readonly maxPendingPerTrace?: number;
  /** Agents whose pool is remembered. */
  readonly maxTracked?: number;
  /** How long a call waits for its answer before it is attributed to what is known of the peer. */
  readonly pairMs?: number;
  /** How long a callee waits for its caller before it counts as called from outside. */
  readonly orphanMs?: number;
  /** Links without traffic for this long are ranked last, and peers with only such links are hidden. */
  readonly fadeAfterMs?: number;
  /** And after this long they are forgotten. */
  readonly forgetAfterMs?: number;
}

export interface TopologyRefusals {
  readonly nodes: number;
  readonly links: number;
  readonly agentLinks: number;
  readonly agents: number;
  readonly pendingSpans: number;
  readonly spansOfOneTrace: number;
  readonly duplicates: number;
  /** Calls to peers that nothing names. */
  readonly unnamedPeers: number;
}

const slotMs = 5_000;
const defaults: Required<TopologyOptions> = {
  windowMs: 60_000,
  maxNodes: 5_000,
  maxLinks: 5_000,
  maxAgentLinks: 20_000,
  maxPendingSpans: 100_000,
  maxPendingPerTrace: 5_000,
  maxTracked: 50_000,
  pairMs: 15_000,
  orphanMs: 60_000,
  fadeAfterMs: 900_000,
  forgetAfterMs: 86_400_000,
};

interface TrackedAgent {
  pool: string;
  lastSeen: number;
}

export class TopologyBuilder {
  readonly #o: Required<TopologyOptions>;
  readonly #pairing: SpanPairing;
  readonly #links: LinkTable;
  readonly #agentLinks: LinkTable;
  // Name to when it was last seen; pools and virtual peers.
  readonly #nodes = new Map<string, number>();
  readonly #agents = new Map<string, TrackedAgent>();
  #sweptAt = Number.NEGATIVE_INFINITY;
  #refusedNodes = 0;
  #refusedAgents = 0;

  constructor(options: TopologyOptions = {}) {
    this.#o = { ...defaults, ...options };
    const { windowMs, maxLinks, maxAgentLinks, pairMs, orphanMs } = this.#o;
    assert(windowMs >= slotMs, `windowMs is ${windowMs}, must be >= ${slotMs}`);
    assert(orphanMs >= pairMs, `orphanMs is ${orphanMs}, must be >= pairMs (${pairMs})`);
    this.#links = new LinkTable({ limit: maxLinks, slotMs, slots: Math.max(1, Math.round(windowMs / slotMs)) });
    // Two halves are enough between agents, and there are many of them.
    this.#agentLinks = new LinkTable({ limit: maxAgentLinks, slotMs: windowMs / 2, slots: 2 });
    this.#pairing = new SpanPairing(
      {
        pairMs: this.#o.pairMs,
        orphanMs: this.#o.orphanMs,
        maxPendingSpans: this.#o.maxPendingSpans,
        maxPendingPerTrace: this.#o.maxPendingPerTrace,
        maxAddresses: 20_000,
        maxDestinations: 2_000,
      },
      (call, now) => this.#record(call, now),
    );
  }

  observe(span: Span, now: number): void {
    this.#sweep(now);
    if (this.#node(span.pool, now)) this.#pairing.peers.addPool(span.pool);
    this.#track(span, now);
    this.#pairing.observe(span, now);
  }

  /** A link that no span will show. Where spans show it after all, what they show counts. */
  declare(source: string, target: string): void {
    if (!this.#node(source, 0) || !this.#node(target, 0)) return;
    this.#links.declare({ source, target, kind: 'declared' }, 0);
  }

  /** Links between pools, and to peers without telemetry; busiest first. Idle ones are listed for a day, with their `lastSeen`. */
  links(now: number): Link[] {
    this.#settle(now);
    const links: Link[] = [];
    for (const entry of this.#visible()) links.push(linkOf([entry], { ...entry, now }));
    return links.sort((a, b) => b.rate - a.rate || b.lastSeen - a.lastSeen);
  }

  /** Links of one agent with other agents and peers, busiest first. */
  agentLinks(now: number, instanceId: string): Link[] {
    this.#settle(now);
    const links: Link[] = [];
    for (const entry of this.#agentLinks.entries()) {
      if (entry.source === instanceId || entry.target === instanceId) links.push(linkOf([entry], { ...entry, now }));
    }
    return links.sort((a, b) => b.rate - a.rate || b.lastSeen - a.lastSeen);
  }

  /** The map as asked for. What the question leaves out is counted in `hidden`. */
  snapshot(now: number, query: SnapshotQuery, health: HealthOf): Topology {
    this.#settle(now);
    return snapshotOf(
      {
        now,
        links: [...this.#visible()],
        agentLinks: [...this.#agentLinks.entries()],
        nodes: this.#nodes.keys(),
        isPool: (name) => this.#pairing.peers.isPool(name),
        poolOf: (instanceId) => this.#agents.get(instanceId)?.pool,
        agentsOf: (pool) => this.#agentsOf(pool),
        fadedBefore: now - this.#o.fadeAfterMs,
      },
      query,
      health,
    );
  }

  /** True when either calls the other, as far as is known. */
  isLinked(a: string, b: string): boolean {
    return this.#links.has(a, b) || this.#links.has(b, a);
  }

  /** True when `caller` calls (or sends to) `callee`. */
  isCaller(caller: string, callee: string): boolean {
    return this.#links.has(caller, callee);
  }

  /** Spans that wait for their other half. */
  get pending(): number {
    return this.#pairing.pending;
  }

  get refused(): TopologyRefusals {
    return {
      ...this.#pairing.refused,
      nodes: this.#refusedNodes,
      links: this.#links.refused,
      agentLinks: this.#agentLinks.refused,
      agents: this.#refusedAgents,
    };
  }

  #record(call: Call, now: number): void {
    const { source, target, kind, seconds, isError } = call;
    if (!this.#node(source.name, now) || !this.#node(target.name, now)) return;
    const one = { seconds, isError, now };
    this.#links.record({ source: source.name, target: target.name, kind }, one);
    const from = source.isVirtual ? source.name : source.instanceId;
    const to = target.isVirtual ? target.name : target.instanceId;
    if (from !== null && to !== null && !(source.isVirtual && target.isVirtual)) {
      this.#agentLinks.record({ source: from, target: to, kind }, one);
    }
  }

  #node(name: string, now: number): boolean {
    const known = this.#nodes.get(name);
    if (known === undefined && this.#nodes.size >= this.#o.maxNodes) {
      this.#refusedNodes++;
      return false;
    }
    if (known === undefined || now > known) this.#nodes.set(name, now);
    return true;
  }

  #track(span: Span, now: number): void {
    const known = this.#agents.get(span.instanceId);
    if (known !== undefined) {
      known.pool = span.pool;
      known.lastSeen = now;
    } else if (this.#agents.size < this.#o.maxTracked) {
      this.#agents.set(span.instanceId, { pool: span.pool, lastSeen: now });
    } else {
      this.#refusedAgents++;
    }
  }

  /** A declared link gives way to one that was seen. */
  *#visible(): Iterable<LinkEntry> {
    const seen = new Set<string>();
    for (const entry of this.#links.entries()) {
      if (entry.kind !== 'declared') seen.add(`${entry.source}\u0000${entry.target}`);
    }
    for (const entry of this.#links.entries()) {
      if (entry.kind !== 'declared' || !seen.has(`${entry.source}\u0000${entry.target}`)) yield entry;
    }
  }

  *#agentsOf(pool: string): Iterable<string> {
    for (const [instanceId, agent] of this.#agents) if (agent.pool === pool) yield instanceId;
  }

  #settle(now: number): void {
    this.#pairing.expire(now);
    this.#sweep(now);
  }

  /** Once a minute. */
  #sweep(now: number): void {
    if (now - this.#sweptAt < 60_000 && now >= this.#sweptAt) return;
    this.#sweptAt = now;
    const { forgetAfterMs } = this.#o;
    this.#links.sweep(now, forgetAfterMs);
    this.#agentLinks.sweep(now, forgetAfterMs);
    for (const [instanceId, agent] of this.#agents) {
      if (now - agent.lastSeen >= forgetAfterMs) this.#agents.delete(instanceId);
    }
    for (const [name, lastSeen] of this.#nodes) {
      // Time zero: it stands in a declaration.
      if (lastSeen === 0 || now - lastSeen < forgetAfterMs) continue;
      this.#nodes.delete(name);
      this.#pairing.peers.deletePool(name);
    }
  }
}
