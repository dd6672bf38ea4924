import type { Agent, AgentStatus, Connectivity, Health, HealthPart, Labels } from '@jaegis/model';
import { BeatHistory, unpackBeats } from './beat-history.ts';
import type { CommandQueue } from './command-queue.ts';
import { ContactInterval } from './contact-interval.ts';
import type { Progress } from './progress.ts';

/** What the registry keeps of one agent. Mutable and private to this package; `viewOf` makes what others see. */
export interface AgentRecord {
  readonly instanceId: string;
  /** Where its row is in the registry's arrays. */
  slot: number;
  pool: string;
  connectivity: Connectivity;
  connectivitySince: number;
  connectivityReason: string;
  /** True when its supervisor saw it end, or it said goodbye: telemetry that arrives late does not bring it back. */
  ended: boolean;
  health: Health;
  score: number;
  parts: Readonly<Record<string, HealthPart>>;
  reasons: readonly string[];
  /** The score that was last told to others. */
  toldScore: number;
  readonly firstSeen: number;
  beatAt: number | null;
  contactAt: number | null;
  version: string;
  labels: Labels;
  status: AgentStatus;
  supervised: boolean;
  declaredMs: number | null;
  answeredMs: number;
  /** Consecutive beats that came within the interval that the answers asked for. */
  followed: number;
  /** Consecutive beats on time. */
  onTime: number;
  /** How often it was suspected since `lateSince`. */
  late: number;
  lateSince: number;
  /** Missed beats already written down since the last real one. */
  missed: number;
  readonly beats: BeatHistory;
  contactInterval: ContactInterval | null;
  progress: Progress | null;
  metrics: Readonly<Record<string, number>>;
  metricsAt: number;
  commands: CommandQueue | null;
  /** When anything at all last changed, a beat included. */
  touchedAt: number;
  view: Agent | null;
}

export function newRecord(o: {
  instanceId: string;
  pool: string;
  slot: number;
  now: number;
  reason: string;
  intervalMs: number;
}): AgentRecord {
  return {
    instanceId: o.instanceId,
    slot: o.slot,
    pool: o.pool,
    connectivity: 'live',
    connectivitySince: o.now,
    connectivityReason: o.reason,
    ended: false,
    health: 'unknown',
    score: 100,
    parts: {},
    reasons: [],
    toldScore: 100,
    firstSeen: o.now,
    beatAt: null,
    contactAt: null,
    version: '',
    labels: {},
    status: 'ok',
    supervised: false,
    declaredMs: null,
    answeredMs: o.intervalMs,
    followed: 0,
    onTime: 0,
    late: 0,
    lateSince: o.now,
    missed: 0,
    beats: new BeatHistory(),
    contactInterval: null,
    progress: null,
    metrics: {},
    metricsAt: 0,
    commands: null,
    touchedAt: o.now,
    view: null,
  };
}

/**
 * The interval that silence is measured against. An agent that names its own is believed, until three beats in a row
 * show that it follows the shorter one that the answers ask for.
 */
export function expectedIntervalMs(record: AgentRecord): number {
  if (record.beatAt === null) return record.contactInterval?.ms ?? record.answeredMs;
  if (record.declaredMs === null) return record.answeredMs;
  return record.followed >= 3 ? Math.min(record.declaredMs, record.answeredMs) : record.declaredMs;
}

export function lastSeenOf(record: AgentRecord): number {
  return Math.max(record.beatAt ?? 0, record.contactAt ?? 0, record.firstSeen);
}

/** The agent as others see it. Kept until the record changes; `beats` is only unpacked when somebody reads it. */
export function viewOf(record: AgentRecord): Agent {
  if (record.view !== null) return record.view;
  const packed = record.beats.packed();
  const view: Agent = {
    instanceId: record.instanceId,
    pool: record.pool,
    connectivity: record.connectivity,
    health: record.health,
    score: record.score,
    parts: record.parts,
    reasons: record.reasons,
    firstSeen: record.firstSeen,
    lastSeen: lastSeenOf(record),
    version: record.version,
    labels: record.labels,
    status: record.status,
    heartbeatIntervalMs: expectedIntervalMs(record),
    get beats() {
      return unpackBeats(packed);
    },
    connectivitySince: record.connectivitySince,
    connectivityReason: record.connectivityReason,
  };
  record.view = view;
  return view;
}

/** A record from what was kept of an agent. Times that lie after `now` are brought back to it. */
export function recordFrom(agent: Agent, o: { slot: number; floorMs: number; now: number }): AgentRecord {
  const { instanceId, pool, connectivityReason: reason } = agent;
  const { slot, now } = o;
  const intervalMs = Math.max(1, agent.heartbeatIntervalMs);
  const record = newRecord({ instanceId, pool, slot, now: Math.min(agent.firstSeen, now), reason, intervalMs });
  record.connectivity = agent.connectivity;
  record.connectivitySince = Math.min(agent.connectivitySince, now);
  record.ended = agent.connectivity === 'stopped';
  record.health = agent.health;
  record.score = agent.score;
  record.toldScore = agent.score;
  record.parts = agent.parts;
  record.reasons = agent.reasons;
  record.version = agent.version;
  record.labels = agent.labels;
  record.status = agent.status;
  for (const beat of agent.beats.slice(-BeatHistory.limit)) record.beats.push(Math.min(beat.at, now), beat.status);
  const lastSeen = Math.min(agent.lastSeen, now);
  if (agent.beats.some((beat) => beat.status !== 'missed')) {
    record.beatAt = lastSeen;
  } else {
    record.contactAt = lastSeen;
    record.contactInterval = new ContactInterval(o.floorMs, now);
  }
  return record;
}
