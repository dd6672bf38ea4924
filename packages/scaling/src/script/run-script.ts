import type { Forecast, PoolMode, SignalName, Signals, SignalValue } from '@jaegis/model';
import { ScriptError, seededRng, type TimePoint } from '@jaegis/std';
import { learn } from '../capacity/learn.ts';
import { decide } from '../decide.ts';
import { initialScalingState, restoreScalingState, type ScalingState } from '../scaling-state.ts';
import type { DecisionDraft, PoolSnapshot } from '../snapshot.ts';
import { checkExpectation, type StretchPoint, writeExpectation } from './check-expectation.ts';
import { parseScalingScript, type ScriptFailure } from './parse-script.ts';
import { Plant } from './plant.ts';
import { PoolSettings } from './pool-settings.ts';
import type { Inputs, Line, Range, Statement } from './statement.ts';

export interface ScriptResult {
  readonly ok: boolean;
  readonly failures: readonly ScriptFailure[];
  /** The script with each `expect desired ...` line as it came out. */
  readonly updated: string;
  readonly decisions: readonly DecisionDraft[];
}

const mostDecisions = 200_000;
/** 2024-01-01T00:00:00Z, a Monday: what a script's times count from unless it says `start`. */
const defaultStart = 1_704_067_200_000;

/** Runs a `.scaling` script against `decide` and `learn`. The same text always gives the same result. */
export function runScalingScript(text: string): ScriptResult {
  const parsed = parseScalingScript(text);
  const run = new ScriptRun(text);
  if (parsed.failures.length === 0) run.run(parsed.lines);
  const failures = [...parsed.failures, ...run.failures];
  return { ok: failures.length === 0, failures, updated: run.updated.join('\n'), decisions: run.decisions };
}

class ScriptRun {
  readonly failures: ScriptFailure[] = [];
  readonly decisions: DecisionDraft[] = [];
  readonly updated: string[];
  readonly #settings = new PoolSettings();
  readonly #rng = seededRng(1);
  readonly #missing = new Set<SignalName>();
  readonly #ages = new Map<SignalName, number>();
  #state: ScalingState = initialScalingState();
  #startAt = defaultStart;
  #lastMs = 0;
  #plant: { plant: Plant; signals: readonly SignalName[] } | undefined;
  #plantDemand = 0;
  #mode: PoolMode | undefined;
  #isHealthy = true;
  #spent: number | null = null;
  #forecast: { demand: number; trust: number } | undefined;
  #stretch: StretchPoint[] = [];
  #stretchIsDone = false;

  constructor(text: string) {
    this.updated = text.split('\n');
  }

  run(lines: readonly Line[]): void {
    for (const line of lines) {
      try {
        this.#execute(line.statement, line.number);
      } catch (error) {
        if (!(error instanceof ScriptError)) throw error;
        this.failures.push({ line: line.number, message: error.message });
        return;
      }
    }
  }

  #execute(statement: Statement, number: number): void {
    switch (statement.kind) {
      case 'pool':
        this.#settings.name(statement.name);
        return;
      case 'set':
        this.#settings.set(statement.path, statement.values);
        return;
      case 'start':
        this.#startAt = statement.at;
        return;
      case 'plant':
        this.#plant = { plant: new Plant(statement, this.#startAt + this.#lastMs), signals: statement.signals };
        return;
      case 'at':
        this.#decide(this.#resolve(statement.time), statement.inputs, 0);
        return;
      case 'from':
        this.#decideOver(statement);
        return;
      case 'repeat':
        for (let i = 0; i < statement.times && this.failures.length === 0; i++) this.run(statement.body);
        return;
      case 'missing':
        for (const signal of statement.signals) this.#missing.add(signal);
        return;
      case 'present':
        for (const signal of statement.signals) {
          this.#missing.delete(signal);
          this.#ages.delete(signal);
        }
        return;
      case 'stale':
        for (const signal of statement.signals) this.#ages.set(signal, statement.ageMs);
        return;
      case 'forecast':
        this.#forecast =
          statement.demand === undefined ? undefined : { demand: statement.demand, trust: statement.trust };
        return;
      case 'mode':
        this.#mode = statement.mode;
        return;
      case 'target':
        this.#isHealthy = statement.isHealthy;
        return;
      case 'actuator':
        if (this.#plant === undefined) throw new ScriptError('actuator needs a plant');
        this.#plant.plant.setFault(statement.fault, statement.delayMs);
        return;
      case 'spent':
        this.#spent = statement.amount;
        return;
      case 'restart':
        this.#state = statement.forgets
          ? initialScalingState()
          : restoreScalingState(JSON.parse(JSON.stringify(this.#state)));
        return;
      case 'expect': {
        this.#stretchIsDone = true;
        const wrong = checkExpectation(statement.expectation, this.#stretch);
        if (wrong === undefined) return;
        this.failures.push({ line: number, message: wrong });
        const written = writeExpectation(statement.expectation, this.#stretch);
        if (written === undefined) return;
        const line = this.updated[number - 1] ?? '';
        this.updated[number - 1] = line.slice(0, line.length - line.trimStart().length) + written;
      }
    }
  }

  #resolve(time: TimePoint): number {
    const ms = time.isRelative ? this.#lastMs + time.ms : time.ms;
    if (ms < this.#lastMs) throw new ScriptError(`time goes back: ${ms} ms after ${this.#lastMs} ms`);
    return ms;
  }

  #decideOver(statement: Extract<Statement, { kind: 'from' }>): void {
    const from = this.#resolve(statement.from);
    const to = statement.to.isRelative ? from + statement.to.ms : statement.to.ms;
    for (let ms = from; ms <= to; ms += statement.everyMs) {
      this.#decide(ms, statement.inputs, to === from ? 0 : (ms - from) / (to - from));
    }
  }

  #decide(ms: number, inputs: Inputs, progress: number): void {
    if (this.decisions.length >= mostDecisions) throw new ScriptError(`more than ${mostDecisions} decisions`);
    if (this.#stretchIsDone) {
      this.#stretch = [];
      this.#stretchIsDone = false;
    }
    this.#lastMs = ms;
    const now = this.#startAt + ms;
    const { pool, config } = this.#settings.read();
    const value = (range: Range) => range.first + (range.last - range.first) * progress;
    const demand = inputs.signals.request_rate === undefined ? undefined : value(inputs.signals.request_rate);
    const made = this.#plant;
    if (made !== undefined) {
      made.plant.advance(this.#plantDemand, now);
      this.#plantDemand = demand ?? this.#plantDemand;
    }
    const replicas = made?.plant.replicas ?? {
      ready: inputs.ready ?? 1,
      pending: inputs.pending ?? 0,
      draining: inputs.draining ?? 0,
    };
    const signals: Partial<Record<SignalName, SignalValue>> = {};
    const give = (name: SignalName, exact: number | undefined) => {
      if (this.#missing.has(name) || exact === undefined) return;
      const noisy = inputs.noise > 0 ? Math.max(0, exact * (1 + inputs.noise * this.#rng.normal())) : exact;
      signals[name] = { value: noisy, at: now - (this.#ages.get(name) ?? 0) };
    };
    for (const name of made?.signals ?? []) give(name, made?.plant.signal(name, this.#plantDemand));
    for (const [name, range] of Object.entries(inputs.signals) as [SignalName, Range][]) {
      // With a plant, `demand` is what arrives at it; whether anyone measures that is up to the plant's signals.
      if (made === undefined || (name !== 'request_rate' && !made.signals.includes(name))) give(name, value(range));
    }
    const startupsMs = made?.plant.takeStartups() ?? [];
    const observation = { signals: signals as Signals, replicas, startupsMs, staleAfterMs: config.staleAfterMs };
    const snapshot: PoolSnapshot = {
      pool: pool.name,
      config,
      signals,
      replicas,
      forecast: this.#madeForecast(now),
      spentToday: this.#spent,
      targetHealthy: this.#isHealthy,
      mode: this.#mode ?? pool.mode,
    };
    const { decision, state } = decide(snapshot, learn(this.#state, observation, now), now);
    this.#state = state;
    made?.plant.order(decision.to);
    this.decisions.push(decision);
    const total = replicas.ready * (decision.inputs.capacityPerReplica ?? Number.NaN);
    this.#stretch.push({
      ms,
      decision,
      replicas,
      queue: made?.plant.signal('queue_length', 0) ?? signals.queue_length?.value ?? Number.NaN,
      saturation: (demand ?? Number.NaN) / total,
    });
  }

  #madeForecast(now: number): Forecast | null {
    if (this.#forecast === undefined) return null;
    const { demand, trust } = this.#forecast;
    const flat = new Array<number>(60).fill(demand);
    return {
      series: { signal: 'request_rate' },
      madeAt: now,
      step: 60_000,
      mean: flat,
      quantiles: { '0.5': flat, '0.95': flat },
      model: 'script',
      trust,
    };
  }
}
