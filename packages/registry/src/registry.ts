/**
 * Who is in the fleet, and is it there? Heartbeats and telemetry come in, silence is noticed by `tick`. What silence
 * means is decided in connectivity.ts; the records and the order in which they fall due are in agent-table.ts.
 */
import type {
  Agent,
  AgentCommand,
  AgentCommandKind,
  Connectivity,
  Heartbeat,
  ResourceIdentity,
  SignalValue,
} from '@jaegis/model';
import { assert } from '@jaegis/std';
import { holdsLabels, mergeLabels } from './agent-labels.ts';
import { type AgentRecord, expectedIntervalMs, newRecord, recordFrom, viewOf } from './agent-record.ts';
import { AgentTable, type ConnectivityCounts } from './agent-table.ts';
import { BeatHistory } from './beat-history.ts';
import { CommandQueue } from './command-queue.ts';
import { judgeSilence, type SilenceLimits } from './connectivity.ts';
import { ContactInterval } from './contact-interval.ts';
import { isEchoOfAnEndedRun } from './ended-run.ts';
import { HomeComing } from './home-coming.ts';
import { noteLate } from './late-beats.ts';
import { nextProgress, type Progress } from './progress.ts';
import type { Assessment, HeartbeatResult, RegistryOptions } from './registry-options.ts';
import { spokenDuration } from './spoken-duration.ts';
import { StandStills } from './stand-stills.ts';

// A step back of less than this is two threads reading a clock, not a clock that was set.
const clockStepMs = 1_000;
const never = Number.POSITIVE_INFINITY;

export class Registry {
  readonly #o: RegistryOptions;
  readonly #limits: SilenceLimits;
  readonly #table = new AgentTable();
  readonly #changed = new Set<AgentRecord>();
  #removed: string[] = [];
  readonly #stood = new StandStills();
  readonly #homeComing: HomeComing;
  #watchingSince = 0;
  #isRestored = false;
  #latest = Number.NEGATIVE_INFINITY;
  #tickedAt: number | null = null;
  #commandSequence = 0;
  #refused = 0;
  #droppedLabels = 0;
  #droppedCommands = 0;
  #poolMoves = 0;

  constructor(options: RegistryOptions) {
    assert(options.agentLimit >= 1, `agentLimit is ${options.agentLimit}, must be >= 1`);
    this.#o = options;
    this.#limits = {
      suspectAfterIntervals: options.suspectAfterIntervals ?? 1.5,
      lostAfterIntervals: options.lostAfterIntervals ?? 3,
    };
    this.#homeComing = new HomeComing(this.#limits.lostAfterIntervals);
  }

  /**
   * Telemetry of an agent was seen. Registers it at first contact; false when there is no room for it.
   * For an agent that also beats this is only a sign that the process runs (see connectivity.ts), and its heartbeats
   * decide which pool it is in.
   */
  contact(identity: ResourceIdentity, at: number): boolean {
    const now = this.#advance(at);
    let record = this.#table.get(identity.instanceId);
    if (record === undefined) {
      record = this.#register(identity.instanceId, identity.pool, { now, reason: 'first telemetry' });
      if (record === undefined) return false;
    }
    const beats = record.beatAt !== null;
    if (!beats) {
      if (record.pool !== identity.pool) this.#move(record, identity.pool, now);
      if (record.contactInterval === null) {
        record.contactInterval = new ContactInterval(this.#o.heartbeatIntervalMs, now);
      } else if (record.contactAt !== null) {
        record.contactInterval.gap(now - record.contactAt, now);
      }
    }
    this.#describe(record, identity.version, identity.labels);
    if (!beats) this.#noteReturn(record, now);
    record.contactAt = now;
    record.touchedAt = now;
    record.view = null;
    if (record.connectivity !== 'live') this.#contactWhileNotLive(record, now);
    return true;
  }

  /** Registers at first contact. The answer carries the interval to keep and the commands that waited, each once. */
  heartbeat(hb: Heartbeat, at: number, o: { supervised?: boolean } = {}): HeartbeatResult {
    const now = this.#advance(at);
    let record = this.#table.get(hb.instanceId);
    const isNew = record === undefined;
    if (record === undefined) {
      record = this.#register(hb.instanceId, hb.pool, { now, reason: 'first heartbeat' });
      if (record === undefined) {
        const message = `Cannot register agent "${hb.instanceId}": ${this.#table.size} agents are known, must be < ${this.#o.agentLimit} (agent_limit)`;
        return { ok: false, reason: 'agent_limit', message };
      }
    }
    if (record.pool !== hb.pool) this.#move(record, hb.pool, now);
    if (o.supervised !== undefined) record.supervised = o.supervised;
    const isEcho = isEchoOfAnEndedRun(record, hb, now);
    this.#describe(record, hb.version, hb.labels);
    if (!isEcho) this.#beat(record, hb, now);
    const { commands, stale } = record.commands?.take(now) ?? { commands: [], stale: 0 };
    this.#droppedCommands += stale;
    return { ok: true, answer: { intervalMs: record.answeredMs, commands }, isNew };
  }

  /** It said goodbye, or its supervisor ended it on purpose. An unknown agent is ignored. */
  stopped(instanceId: string, reason: string, at: number): void {
    this.#end(instanceId, { to: 'stopped', reason, at });
  }

  /** Its supervisor saw it die: lost at once, unless it had said goodbye. An unknown agent is ignored. */
  exited(instanceId: string, reason: string, at: number): void {
    this.#end(instanceId, { to: 'lost', reason, at });
  }

  /** Looks at everybody whose silence could now mean something. Never makes anyone more alive. */
  tick(at: number): void {
    const now = this.#advance(at);
    // Between the start and the first look nobody listened: opening ports and adopting processes takes its time.
    if (this.#tickedAt === null && this.#isRestored) this.#watchingSince = now;
    const stallMs = this.#o.stallAfterMs ?? never;
    if (this.#tickedAt !== null && now - this.#tickedAt > stallMs) this.#stood.add(this.#tickedAt, now);
    this.#tickedAt = now;
    this.#table.eachDue(now, (record) => this.#check(record, now));
  }

  /** Health as it was judged elsewhere. Told to others (`takeChanged`) when the state changes or the score moves by 5. */
  assess(instanceId: string, a: Assessment, at: number): void {
    const record = this.#table.get(instanceId);
    if (record === undefined) return;
    const isNews =
      a.health !== record.health ||
      Math.abs(a.score - record.toldScore) >= 5 ||
      (a.reasons.length === 0) !== (record.reasons.length === 0);
    const isSame = !isNews && a.score === record.score && a.reasons[0] === record.reasons[0];
    record.health = a.health;
    record.score = a.score;
    record.parts = a.parts;
    record.reasons = a.reasons;
    record.view = null;
    if (!isSame) record.touchedAt = this.#advance(at);
    if (isNews) {
      record.toldScore = a.score;
      this.#changed.add(record);
    }
  }

  /** Queues a command for the agent's next heartbeat; `undefined` for an unknown agent. The oldest of more than 16 gives way. */
  command(instanceId: string, kind: AgentCommandKind, reason: string, at: number): AgentCommand | undefined {
    const record = this.#table.get(instanceId);
    if (record === undefined) return undefined;
    const now = this.#advance(at);
    this.#commandSequence++;
    const command = { id: `command-${Math.floor(now).toString(36)}-${this.#commandSequence}`, kind, at: now, reason };
    record.commands ??= new CommandQueue();
    this.#droppedCommands += record.commands.push(command);
    return command;
  }

  has(instanceId: string): boolean {
    return this.#table.get(instanceId) !== undefined;
  }

  get(instanceId: string): Agent | undefined {
    const record = this.#table.get(instanceId);
    return record === undefined ? undefined : viewOf(record);
  }

  list(): readonly Agent[] {
    return this.#table.records.map(viewOf);
  }

  /** Those that changed in any way, a beat included, at or after `since`. */
  listTouchedSince(since: number): readonly Agent[] {
    return this.#table.records.filter((record) => record.touchedAt >= since).map(viewOf);
  }

  listPool(pool: string): readonly Agent[] {
    return this.#table.records.filter((record) => record.pool === pool).map(viewOf);
  }

  /** The last 30 beats, oldest first, one letter each: `o` ok, `b` busy, `d` draining, `e` error, `m` missed. */
  beatLetters(instanceId: string): string {
    return this.#table.get(instanceId)?.beats.letters() ?? '';
  }

  /** The numbers of the newest heartbeat that had any, each with its time. Empty for an unknown agent. */
  metricsOf(instanceId: string): Readonly<Record<string, SignalValue & { readonly value: number }>> {
    const record = this.#table.get(instanceId);
    const metrics: Record<string, { value: number; at: number }> = {};
    if (record === undefined) return metrics;
    for (const name of Object.keys(record.metrics)) {
      metrics[name] = { value: record.metrics[name]!, at: record.metricsAt };
    }
    return metrics;
  }

  progressOf(instanceId: string): Progress | undefined {
    return this.#table.get(instanceId)?.progress ?? undefined;
  }

  /** At most `limit` agents whose visible state (connectivity, health, pool, status, version, labels, missed beats) changed since they were last taken. */
  takeChanged(limit = Number.POSITIVE_INFINITY): Agent[] {
    const taken = [...this.#changed].slice(0, limit);
    for (const record of taken) this.#changed.delete(record);
    return taken.map(viewOf);
  }

  /** Ids of agents that were forgotten since the last call: removed, gone for long, or given way to new ones. */
  takeRemoved(): string[] {
    const ids = this.#removed;
    this.#removed = [];
    return ids;
  }

  /** After a restart. Everybody keeps the state he had, and has a full period of grace and more before silence counts. */
  restore(agents: readonly Agent[], at: number): void {
    const now = this.#advance(at);
    this.#watchingSince = Math.max(this.#watchingSince, now);
    this.#isRestored = agents.length > 0;
    for (const agent of agents) {
      if (this.#table.get(agent.instanceId) !== undefined) continue;
      if (this.#table.size >= this.#o.agentLimit) {
        this.#refused++;
        continue;
      }
      const record = recordFrom(agent, { slot: this.#table.size, floorMs: this.#o.heartbeatIntervalMs, now });
      this.#table.add(record, now);
    }
  }

  remove(instanceId: string): void {
    const record = this.#table.get(instanceId);
    if (record !== undefined) this.#forget(record);
  }

  counts(pool?: string): Readonly<ConnectivityCounts> {
    return this.#table.counts(pool);
  }

  /** Pools that have an agent, gone ones included, sorted. */
  poolNames(): string[] {
    return this.#table.poolNames();
  }

  get size(): number {
    return this.#table.size;
  }

  /** Registrations refused because the agent limit was reached. */
  get refused(): number {
    return this.#refused;
  }

  /** Everything that found no room or went stale, for `/metrics`. */
  get dropped(): { readonly labels: number; readonly commands: number; readonly poolMoves: number } {
    return { labels: this.#droppedLabels, commands: this.#droppedCommands, poolMoves: this.#poolMoves };
  }

  #register(instanceId: string, pool: string, o: { now: number; reason: string }): AgentRecord | undefined {
    if (this.#table.size >= this.#o.agentLimit && !this.#makeRoom()) {
      this.#refused++;
      return undefined;
    }
    const intervalMs = this.#o.heartbeatIntervalMs;
    const record = newRecord({ instanceId, pool, slot: this.#table.size, intervalMs, ...o });
    this.#table.add(record, o.now + this.#limits.suspectAfterIntervals * intervalMs);
    this.#changed.add(record);
    return record;
  }

  /** The one that has been gone for longest gives way; the living never do. */
  #makeRoom(): boolean {
    const longest = this.#table.longestGone();
    if (longest === undefined) return false;
    this.#forget(longest);
    return true;
  }

  #forget(record: AgentRecord): void {
    this.#table.delete(record);
    this.#changed.delete(record);
    if (this.#removed.length < 2 * this.#o.agentLimit) this.#removed.push(record.instanceId);
  }

  #become(record: AgentRecord, to: Connectivity, { reason, now }: { reason: string; now: number }): void {
    record.view = null;
    record.touchedAt = now;
    if (record.connectivity !== to) {
      this.#table.setConnectivity(record, to);
      record.connectivitySince = now;
      this.#changed.add(record);
    }
    record.connectivityReason = reason;
  }

  #move(record: AgentRecord, pool: string, now: number): void {
    record.connectivityReason = `moved from pool "${record.pool}" to "${pool}" (the newest word wins)`;
    this.#table.setPool(record, pool);
    record.touchedAt = now;
    record.view = null;
    this.#poolMoves++;
    this.#changed.add(record);
  }

  #describe(record: AgentRecord, version: string, labels: Readonly<Record<string, string>>): void {
    if (version !== '' && version !== record.version) {
      record.version = version;
      this.#changed.add(record);
    }
    if (holdsLabels(record.labels, labels)) return;
    const merged = mergeLabels(record.labels, labels);
    this.#droppedLabels += merged.dropped;
    if (merged.dropped > 0 && holdsLabels(record.labels, merged.labels)) return;
    record.labels = merged.labels;
    this.#changed.add(record);
  }

  #beat(record: AgentRecord, hb: Heartbeat, now: number): void {
    const before = record.connectivity;
    const isNewRun = record.ended;
    const hadBeaten = record.beatAt !== null && !isNewRun;
    const gapMs = hadBeaten ? now - record.beatAt! : 0;
    if (hadBeaten) {
      if (before === 'live' || before === 'suspect') this.#noteMissed(record, now);
      record.followed = gapMs <= record.answeredMs * 1.25 ? Math.min(record.followed + 1, 3) : 0;
    }
    this.#noteReturn(record, now);
    const wasLate = gapMs >= expectedIntervalMs(record) * this.#limits.suspectAfterIntervals;
    record.onTime = wasLate ? 0 : record.onTime + 1;
    record.beatAt = now;
    record.missed = 0;
    record.touchedAt = now;
    record.view = null;
    record.declaredMs = hb.intervalMs ?? null;
    const wanted = record.supervised ? this.#o.supervisedHeartbeatIntervalMs : this.#o.heartbeatIntervalMs;
    // An agent that wants to beat more often than asked may.
    record.answeredMs = Math.min(wanted, hb.intervalMs ?? wanted);
    if (Object.keys(hb.metrics).length > 0) {
      record.metrics = hb.metrics;
      record.metricsAt = now;
    }
    if (hb.progress !== undefined) record.progress = nextProgress(isNewRun ? null : record.progress, hb.progress, now);
    if (hb.status === 'stopped') {
      this.#endRecord(record, { to: 'stopped', reason: 'said goodbye', now });
      return;
    }
    if (hb.status !== record.status) this.#changed.add(record);
    record.status = hb.status;
    record.beats.push(now, hb.status);
    this.#table.setDue(record, now + expectedIntervalMs(record) * this.#limits.suspectAfterIntervals);
    record.ended = false;
    if (before === 'live') return;
    if (before === 'suspect' && hadBeaten && record.late >= 3 && record.onTime < 3) {
      const reason = `beats irregularly: late ${record.late} times in ${spokenDuration(now - record.lateSince)}, ${record.onTime} of 3 beats on time since`;
      this.#become(record, 'suspect', { reason, now });
      return;
    }
    const reason = isNewRun
      ? 'started again'
      : hadBeaten
        ? `heartbeat came after ${spokenDuration(gapMs)} (expected every ${spokenDuration(expectedIntervalMs(record))})`
        : 'first heartbeat';
    this.#become(record, 'live', { reason, now });
  }

  /** Writes down the beats that should have come by now: the k-th counts as missed half an interval after it was due. */
  #noteMissed(record: AgentRecord, now: number): void {
    if (record.beatAt === null) return;
    const intervalMs = expectedIntervalMs(record);
    const heardAt = Math.max(record.beatAt, this.#watchingSince);
    const stoodMs = this.#stood.since(heardAt);
    const due = Math.min(BeatHistory.limit, Math.floor((now - heardAt - stoodMs) / intervalMs - 0.5));
    if (due <= record.missed) return;
    for (let k = record.missed + 1; k <= due; k++) record.beats.push(heardAt + stoodMs + k * intervalMs, 'missed');
    record.missed = due;
    record.touchedAt = now;
    record.view = null;
    this.#changed.add(record);
  }

  /** The first sign since a restart of somebody who was there before it. */
  #noteReturn(record: AgentRecord, now: number): void {
    const last = record.beatAt ?? record.contactAt;
    if (last === null || last >= this.#watchingSince || record.ended) return;
    this.#homeComing.came(now - this.#watchingSince, expectedIntervalMs(record));
  }

  #contactWhileNotLive(record: AgentRecord, now: number): void {
    // What was still under way when it ended does not bring it back; a process that goes on sending does.
    const intervalMs = expectedIntervalMs(record);
    if (record.ended) {
      const graceMs = record.beatAt === null ? 2 * intervalMs : this.#limits.lostAfterIntervals * intervalMs;
      if (now - record.connectivitySince < graceMs) return;
      record.ended = false;
      record.beatAt = null;
      record.contactInterval ??= new ContactInterval(this.#o.heartbeatIntervalMs, now);
    }
    if (record.beatAt === null) {
      const reason = `telemetry came again (${record.connectivity} for ${spokenDuration(now - record.connectivitySince)})`;
      this.#become(record, 'live', { reason, now });
      this.#table.setDue(record, now + this.#limits.suspectAfterIntervals * expectedIntervalMs(record));
    } else if (record.connectivity === 'lost') {
      const silence = spokenDuration(now - record.beatAt);
      const reason = `telemetry came again, but no heartbeat for ${silence} (expected every ${spokenDuration(intervalMs)})`;
      this.#become(record, 'suspect', { reason, now });
      this.#table.setDue(record, now + this.#limits.lostAfterIntervals * intervalMs);
    }
  }

  #check(record: AgentRecord, now: number): void {
    const keepMs = this.#keepMs(record.connectivity);
    const forgetAt = record.connectivitySince + keepMs;
    if (forgetAt <= now) {
      this.#forget(record);
      return;
    }
    if (record.ended) {
      this.#table.setDue(record, forgetAt);
      return;
    }
    const intervalMs = expectedIntervalMs(record);
    this.#noteMissed(record, now);
    const nextMissedAt = this.#nextMissedAt(record, intervalMs);
    // Only hearing from it again brings a lost agent back, never a new look at the same silence.
    if (record.connectivity === 'lost') {
      this.#table.setDue(record, Math.min(nextMissedAt, forgetAt));
      return;
    }
    const signs = { beatAt: record.beatAt, contactAt: record.contactAt, intervalMs };
    const extraMs = this.#watchingSince === 0 ? 0 : this.#homeComing.extraMs(intervalMs);
    const watching = { watchingSince: this.#watchingSince, extraMs, stoodSince: (at: number) => this.#stood.since(at) };
    const verdict = judgeSilence(signs, this.#limits, { now, ...watching });
    if (verdict.connectivity === 'suspect' && record.connectivity === 'live') noteLate(record, now, intervalMs);
    if (verdict.connectivity !== 'live') this.#become(record, verdict.connectivity, { reason: verdict.reason, now });
    const lostForgetAt = now + this.#keepMs(record.connectivity);
    this.#table.setDue(record, Math.min(verdict.recheckAt, nextMissedAt, lostForgetAt));
  }

  #keepMs(connectivity: Connectivity): number {
    if (connectivity === 'stopped') return this.#o.forgetStoppedAfterMs ?? 3_600_000;
    return connectivity === 'lost' ? (this.#o.forgetLostAfterMs ?? 86_400_000) : never;
  }

  #nextMissedAt(record: AgentRecord, intervalMs: number): number {
    if (record.beatAt === null || record.missed >= BeatHistory.limit) return never;
    const heardAt = Math.max(record.beatAt, this.#watchingSince);
    return heardAt + this.#stood.since(heardAt) + (record.missed + 1.5) * intervalMs;
  }

  #end(instanceId: string, o: { to: 'stopped' | 'lost'; reason: string; at: number }): void {
    const now = this.#advance(o.at);
    const record = this.#table.get(instanceId);
    // An exit after a goodbye is the end of the same story.
    if (record === undefined || (o.to === 'lost' && record.connectivity === 'stopped')) return;
    this.#endRecord(record, { to: o.to, reason: o.reason, now });
  }

  #endRecord(record: AgentRecord, o: { to: 'stopped' | 'lost'; reason: string; now: number }): void {
    record.ended = true;
    this.#become(record, o.to, { reason: o.reason === '' ? `${o.to}, no reason given` : o.reason, now: o.now });
    this.#table.setDue(record, record.connectivitySince + this.#keepMs(o.to));
  }

  /** Time never goes back here. A clock that was set back takes everything that lies in its future with it. */
  #advance(at: number): number {
    if (at >= this.#latest) this.#latest = at;
    else if (this.#latest - at > clockStepMs) this.#rewind(at);
    return this.#latest;
  }

  #rewind(now: number): void {
    this.#latest = now;
    this.#stood.rewind(now);
    this.#watchingSince = Math.min(this.#watchingSince, now);
    if (this.#tickedAt !== null) this.#tickedAt = Math.min(this.#tickedAt, now);
    for (const record of this.#table.records) {
      if (record.beatAt !== null) record.beatAt = Math.min(record.beatAt, now);
      if (record.contactAt !== null) record.contactAt = Math.min(record.contactAt, now);
      record.connectivitySince = Math.min(record.connectivitySince, now);
      record.lateSince = Math.min(record.lateSince, now);
      record.touchedAt = now;
      record.view = null;
      this.#table.setDue(record, now);
    }
  }
}
