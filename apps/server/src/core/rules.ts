import type { AlertCondition } from '@jaegis/alerting';
import type { Labels, SampleBatch } from '@jaegis/model';
import {
  type GroupStatus,
  type LastSample,
  labelsKey,
  type Query,
  type RuleAlert,
  type RuleFile,
  RuleGroup,
  type RuleSample,
  type RuleTools,
} from '@jaegis/rules';
import { BugError } from '@jaegis/std';
import type { MetricsStore } from '@jaegis/tsdb';
import { labelledCondition } from './labelled-condition.ts';
import { storeQuery } from './rule-query.ts';
import type { SelfMetrics } from './self-metrics.ts';

export interface RulesOptions {
  readonly files: readonly RuleFile[];
  readonly now: number;
  readonly store: MetricsStore;
  readonly stopwatch: () => number;
  readonly externalLabels: Labels;
  /** Answers the questions of the rules; from the store, in this thread, when left out. */
  readonly query?: Query | undefined;
}

/** The rules of the rule files: when they are due, what they write, and what their alerts mean to people. */
export class Rules {
  readonly #groups: readonly RuleGroup[];
  readonly #tools: RuleTools;
  readonly #running = new Map<RuleGroup, Promise<void>>();
  #bug: unknown;

  constructor(options: RulesOptions) {
    const { store } = options;
    this.#groups = options.files.flatMap((file) => file.groups.map((group) => new RuleGroup(group, options.now)));
    this.#tools = {
      query: options.query ?? storeQuery(store),
      write: (samples) => writeSamples(store, samples),
      lastSamples: async (labels, fromMs, toMs) => lastSamples(store, labels, { fromMs, toMs }),
      stopwatch: options.stopwatch,
      externalLabels: options.externalLabels,
      externalUrl: '',
    };
  }

  /** Begins every group that is due and not under way; one that takes long holds no other up. Throws the bug of an earlier run. */
  run(now: number): void {
    for (const group of this.#groups) {
      if (this.#running.has(group)) continue;
      const at = group.takeDue(now);
      if (at === undefined) continue;
      const pending = group
        .evaluate(this.#tools, at)
        .catch((error: unknown) => {
          this.#bug = error;
        })
        .finally(() => this.#running.delete(group));
      this.#running.set(group, pending);
    }
    if (this.#bug === undefined) return;
    const cause = this.#bug;
    this.#bug = undefined;
    throw new BugError(`rules: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}`);
  }

  /** Waits for what is under way. */
  async idle(): Promise<void> {
    await Promise.all(this.#running.values());
  }

  /** False until every group was evaluated once and knows what was before the start. */
  get isSettled(): boolean {
    return this.#groups.every((group) => group.isSettled);
  }

  status(): GroupStatus[] {
    return this.#groups.map((group) => group.status());
  }

  /** What fires, for the alerts that people are told of. `for` has been waited for already. */
  conditions(): AlertCondition[] {
    return this.status().flatMap(({ config, rules }) =>
      rules.flatMap((rule) =>
        rule.alerts
          .filter((alert) => alert.state === 'firing')
          .map((alert) => conditionOf(alert, { group: config.name, expr: rule.config.expr })),
      ),
    );
  }

  measure(metrics: SelfMetrics): void {
    const states = { pending: 0, firing: 0 };
    for (const group of this.status()) {
      const labels = { rule_group: group.config.name };
      metrics.set('jaegis_rule_group_evaluations_total', group.evaluations, labels);
      metrics.set('jaegis_rule_group_missed_total', group.missed, labels);
      metrics.set('jaegis_rule_group_duration_seconds', group.evaluationMs / 1_000, labels);
      if (group.lastAt !== null)
        metrics.set('jaegis_rule_group_last_evaluation_timestamp_seconds', group.lastAt / 1_000, labels);
      metrics.set('jaegis_rule_evaluations_total', group.ruleEvaluations, labels);
      metrics.set('jaegis_rule_failures_total', group.failures, labels);
      metrics.set('jaegis_rule_samples_refused_total', group.refused, labels);
      for (const { alerts } of group.rules) for (const { state } of alerts) if (state !== 'inactive') states[state]++;
    }
    for (const [state, count] of Object.entries(states)) metrics.set('jaegis_rule_alerts', count, { state });
  }
}

function conditionOf({ labels, annotations, value }: RuleAlert, rule: { group: string; expr: string }): AlertCondition {
  return {
    ...labelledCondition({ labels, annotations, group: rule.group, reason: `${rule.expr} gives ${value}` }),
    key: `rule/${rule.group}/${labelsKey(labels)}`,
    value: Number.isFinite(value) ? value : null,
  };
}

/** Gives how many were refused. */
async function writeSamples(store: MetricsStore, samples: readonly RuleSample[]): Promise<number> {
  const batch: SampleBatch = {
    refs: new Uint32Array(samples.length),
    timestamps: new Float64Array(samples.length),
    values: new Float64Array(samples.length),
    length: 0,
  };
  let newest = 0;
  for (const { labels, at, value } of samples) {
    const ref = store.resolve(labels, at);
    if (typeof ref !== 'number') continue;
    batch.refs[batch.length] = ref;
    batch.timestamps[batch.length] = at;
    batch.values[batch.length] = value;
    batch.length++;
    newest = Math.max(newest, at);
  }
  const { accepted } = await store.append(batch, newest);
  return samples.length - accepted;
}

function lastSamples(store: MetricsStore, labels: Labels, range: { fromMs: number; toMs: number }): LastSample[] {
  const matchers = Object.entries(labels).map(([name, value]) => ({ name, op: '=' as const, value }));
  return store.select(matchers, range.fromMs, range.toMs).flatMap((series) => {
    const at = series.timestamps.at(-1);
    const value = series.values.at(-1);
    return at === undefined || value === undefined ? [] : [{ labels: series.labels, at, value }];
  });
}
