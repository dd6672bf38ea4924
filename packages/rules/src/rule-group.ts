/**
 * A group: its rules one after the other, each seeing what those before it wrote, at the moments of its interval. A
 * series that a rule gave last time and does not give any more gets the stale marker. A rule that fails keeps what it
 * had, says why, and harms no other.
 */
import { type Labels, staleMarker } from '@jaegis/model';
import { AlertingRule, type RuleAlert } from './alerting-rule.ts';
import { labelsKey, RuleFailure, type RuleSample, type RuleTools } from './evaluation.ts';
import { evaluateRecording } from './recording-rule.ts';
import type { RecordingRuleConfig, RuleConfig, RuleGroupConfig } from './rule-file.ts';
import { slotOffsetMs } from './slots.ts';

export interface RuleStatus {
  readonly config: RuleConfig;
  readonly health: 'unknown' | 'ok' | 'err';
  readonly lastError: string;
  readonly evaluationMs: number;
  /** Epoch milliseconds; `null` before the first. */
  readonly lastAt: number | null;
  /** Of alerting rules. */
  readonly state: 'inactive' | 'pending' | 'firing';
  readonly alerts: readonly RuleAlert[];
}

export interface GroupStatus {
  readonly config: RuleGroupConfig;
  readonly evaluationMs: number;
  readonly lastAt: number | null;
  readonly evaluations: number;
  readonly missed: number;
  readonly ruleEvaluations: number;
  readonly failures: number;
  /** Samples that the store did not take. */
  readonly refused: number;
  readonly rules: readonly RuleStatus[];
}

interface Member {
  readonly config: RuleConfig;
  readonly alerting: AlertingRule | undefined;
  previous: Map<string, Labels>;
  health: RuleStatus['health'];
  lastError: string;
  evaluationMs: number;
  lastAt: number | null;
}

export class RuleGroup {
  readonly config: RuleGroupConfig;
  readonly #members: readonly Member[];
  readonly #offsetMs: number;
  #lastSlot: number;
  #lastAt: number | null = null;
  #evaluationMs = 0;
  #evaluations = 0;
  #missed = 0;
  #ruleEvaluations = 0;
  #failures = 0;
  #refused = 0;

  /** `now` is the moment from which it is responsible: its first evaluation is at the next moment of its interval. */
  constructor(config: RuleGroupConfig, now: number) {
    this.config = config;
    this.#offsetMs = slotOffsetMs(config);
    this.#lastSlot = this.#slot(now);
    this.#members = config.rules.map((rule) => ({
      config: rule,
      alerting: rule.kind === 'alerting' ? new AlertingRule(rule) : undefined,
      previous: new Map(),
      health: 'unknown',
      lastError: '',
      evaluationMs: 0,
      lastAt: null,
    }));
  }

  /** The moment that is due at `now`, if any. Taking it counts those that were passed over as missed. */
  takeDue(now: number): number | undefined {
    const slot = this.#slot(now);
    // A clock that was set back begins anew where it is.
    if (slot < this.#lastSlot) this.#lastSlot = slot;
    if (slot === this.#lastSlot) return undefined;
    this.#missed += (slot - this.#lastSlot) / this.config.intervalMs - 1;
    this.#lastSlot = slot;
    return slot;
  }

  /** Evaluates all rules at `at`. Rejects for bugs only: what fails for outside reasons shows in `status`. */
  async evaluate(tools: RuleTools, at: number): Promise<void> {
    const startedAt = tools.stopwatch();
    for (const member of this.#members) await this.#evaluateRule(member, tools, at);
    for (const member of this.#members)
      if (member.alerting?.isRestored === false) await this.#restore(member, tools, at);
    this.#evaluations++;
    this.#lastAt = at;
    this.#evaluationMs = tools.stopwatch() - startedAt;
  }

  status(): GroupStatus {
    return {
      config: this.config,
      evaluationMs: this.#evaluationMs,
      lastAt: this.#lastAt,
      evaluations: this.#evaluations,
      missed: this.#missed,
      ruleEvaluations: this.#ruleEvaluations,
      failures: this.#failures,
      refused: this.#refused,
      rules: this.#members.map(({ config, alerting, health, lastError, evaluationMs, lastAt }) => ({
        config,
        health,
        lastError,
        evaluationMs,
        lastAt,
        state: alerting?.state ?? 'inactive',
        alerts: alerting?.alerts() ?? [],
      })),
    };
  }

  /** False until every alerting rule knows what was before the start. */
  get isSettled(): boolean {
    return this.#members.every(({ alerting }) => alerting?.isRestored ?? true);
  }

  async #evaluateRule(member: Member, tools: RuleTools, at: number): Promise<void> {
    const startedAt = tools.stopwatch();
    const o = { at, queryOffsetMs: this.config.queryOffsetMs, limit: this.config.limit };
    this.#ruleEvaluations++;
    try {
      const samples =
        member.alerting === undefined
          ? await evaluateRecording(member.config as RecordingRuleConfig, tools, o)
          : await member.alerting.evaluate(tools, o);
      await this.#write(tools, [...samples, ...gone(member, samples, at - o.queryOffsetMs)]);
      member.health = 'ok';
      member.lastError = '';
    } catch (error) {
      this.#note(member, error);
    }
    member.lastAt = at;
    member.evaluationMs = tools.stopwatch() - startedAt;
  }

  async #restore(member: Member, tools: RuleTools, at: number): Promise<void> {
    try {
      await member.alerting!.restore(tools, at);
      const samples = member.alerting!.samplesAt(at - this.config.queryOffsetMs);
      await this.#write(tools, [...samples, ...gone(member, samples, at - this.config.queryOffsetMs)]);
    } catch (error) {
      this.#note(member, error);
    }
  }

  async #write(tools: RuleTools, samples: readonly RuleSample[]): Promise<void> {
    if (samples.length > 0) this.#refused += await tools.write(samples);
  }

  #note(member: Member, error: unknown): void {
    if (!(error instanceof RuleFailure)) throw error;
    this.#failures++;
    member.health = 'err';
    member.lastError = error.message;
  }

  #slot(now: number): number {
    const { intervalMs } = this.config;
    return Math.floor((now - this.#offsetMs) / intervalMs) * intervalMs + this.#offsetMs;
  }
}

/** Stale markers for the series that the rule gave last time and not now. Remembers what it gives now. */
function gone(member: Member, samples: readonly RuleSample[], at: number): RuleSample[] {
  const current = new Map(samples.map((sample) => [labelsKey(sample.labels), sample.labels]));
  const markers: RuleSample[] = [];
  for (const [key, labels] of member.previous) if (!current.has(key)) markers.push({ labels, at, value: staleMarker });
  member.previous = current;
  return markers;
}
