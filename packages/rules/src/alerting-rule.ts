/**
 * One alerting rule and its alerts, after Prometheus' rules/alerting.go. Each result of the expression is an alert by
 * its labels: pending until it has been there for `for`, then firing; when it goes it resolves, at once or after
 * `keep_firing_for`, and a resolved alert is remembered for 15 minutes. Active alerts are written as the series `ALERTS`
 * and `ALERTS_FOR_STATE`, from which a restart brings them back.
 */
import { isStaleMarker, type Labels } from '@jaegis/model';
import { ask, labelsKey, RuleFailure, type RuleSample, type RuleTools, withLabels } from './evaluation.ts';
import type { LastSample } from './query.ts';
import type { AlertingRuleConfig } from './rule-file.ts';
import { expandTemplate } from './template/expand-template.ts';

export interface RuleAlert {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly state: 'pending' | 'firing' | 'inactive';
  readonly value: number;
  /** Epoch milliseconds. */
  readonly activeAt: number;
  readonly firedAt: number | null;
  readonly resolvedAt: number | null;
  /** Since when the expression gives it no more, while `keep_firing_for` keeps it. */
  readonly keepFiringSince: number | null;
}

/** A resolved alert is remembered this long, so that whoever missed the news can still be told. */
const resolvedRetentionMs = 15 * 60_000;
/** Prometheus' grace period: an alert that would fire soon after a restart waits at least this long, for its data may lag. */
const graceMs = 10 * 60_000;
/** A longer outage than this and the past says nothing. */
const outageToleranceMs = 60 * 60_000;

export class AlertingRule {
  readonly config: AlertingRuleConfig;
  #active = new Map<string, RuleAlert>();
  #isRestored = false;

  constructor(config: AlertingRuleConfig) {
    this.config = config;
  }

  /** False until what was before the start has been asked for: until then nothing is known of its alerts. */
  get isRestored(): boolean {
    return this.#isRestored;
  }

  /** Pending and firing, in the order in which they came. */
  alerts(): RuleAlert[] {
    return [...this.#active.values()].filter((alert) => alert.state !== 'inactive');
  }

  get state(): 'inactive' | 'pending' | 'firing' {
    const states = new Set([...this.#active.values()].map((alert) => alert.state));
    return states.has('firing') ? 'firing' : states.has('pending') ? 'pending' : 'inactive';
  }

  /** Evaluates at `at` and gives the series to write. Throws `RuleFailure`, and then nothing has changed (but past the limit, where all is forgotten, as in Prometheus). */
  async evaluate(
    tools: RuleTools,
    o: { readonly at: number; readonly queryOffsetMs: number; readonly limit: number },
  ): Promise<RuleSample[]> {
    const found = await this.#results(tools, o);
    for (const [key, alert] of found) {
      const known = this.#active.get(key);
      const isKnown = known !== undefined && known.state !== 'inactive';
      this.#active.set(key, isKnown ? { ...known, value: alert.value, annotations: alert.annotations } : alert);
    }
    let count = 0;
    for (const [key, alert] of [...this.#active]) {
      const next = found.has(key) ? this.#seen(alert, o.at) : this.#missed(alert, o.at);
      if (next === undefined) this.#active.delete(key);
      else this.#active.set(key, next);
      if (next !== undefined && next.state !== 'inactive') count++;
    }
    if (o.limit > 0 && count > o.limit) {
      this.#active = new Map();
      throw new RuleFailure(`exceeded limit of ${o.limit} with ${count} alerts`);
    }
    return this.#isRestored ? this.#samples(o.at - o.queryOffsetMs) : [];
  }

  /** What is in memory as series, for the first evaluation after a restore. */
  samplesAt(at: number): RuleSample[] {
    return this.#samples(at);
  }

  /**
   * After the first evaluation that follows a start: `ALERTS_FOR_STATE` says since when each alert has been active. One
   * that fired fires on; one that was pending goes on where it was, the time away not counted (and not sooner than ten
   * minutes from now when its `for` is longer than that). Prometheus begins anew where `for` is under ten minutes; we do
   * not, for a short restart must neither resolve nor delay an alert.
   */
  async restore(tools: RuleTools, at: number): Promise<void> {
    const { alert: name, forMs } = this.config;
    const pending = [...this.#active].filter(([, alert]) => alert.state !== 'inactive');
    if (pending.length > 0 && forMs > 0) {
      const last = await tools.lastSamples(
        { __name__: 'ALERTS_FOR_STATE', alertname: name },
        at - outageToleranceMs,
        at,
      );
      const byLabels = new Map(last.map((sample) => [labelsKey(withLabels(sample.labels, { __name__: '' })), sample]));
      for (const [key, alert] of pending) {
        const sample = byLabels.get(labelsKey(alert.labels));
        if (sample !== undefined && !isStaleMarker(sample.value))
          this.#active.set(key, restored(alert, sample, { forMs, at }));
      }
    }
    this.#isRestored = true;
  }

  async #results(tools: RuleTools, o: { at: number; queryOffsetMs: number }): Promise<Map<string, RuleAlert>> {
    const found = new Map<string, RuleAlert>();
    for (const { labels, value } of await ask(tools, this.config.expr, o.at - o.queryOffsetMs)) {
      const data = {
        labels,
        value,
        externalLabels: tools.externalLabels,
        externalUrl: tools.externalUrl,
        now: o.at,
        query: tools.query,
      };
      const expand = async (texts: Labels): Promise<Record<string, string>> => {
        const entries: [string, string][] = [];
        for (const [name, text] of Object.entries(texts)) {
          const expanded = await expandTemplate(text, data);
          entries.push([name, expanded.ok ? expanded.text : `<error expanding template: ${expanded.error}>`]);
        }
        return Object.fromEntries(entries);
      };
      const own = withLabels(withLabels(labels, { __name__: '' }), await expand(this.config.labels));
      const all = withLabels(own, { alertname: this.config.alert });
      const key = labelsKey(all);
      if (found.has(key))
        throw new RuleFailure('vector contains metrics with the same labelset after applying alert labels');
      found.set(key, {
        labels: all,
        annotations: await expand(this.config.annotations),
        state: 'pending',
        value,
        activeAt: o.at,
        firedAt: null,
        resolvedAt: null,
        keepFiringSince: null,
      });
    }
    return found;
  }

  #seen(alert: RuleAlert, at: number): RuleAlert {
    const fires = alert.state === 'pending' && at - alert.activeAt >= this.config.forMs;
    if (!fires) return alert.keepFiringSince === null ? alert : { ...alert, keepFiringSince: null };
    return { ...alert, keepFiringSince: null, state: 'firing', firedAt: at };
  }

  /** `undefined` when it can be forgotten. */
  #missed(alert: RuleAlert, at: number): RuleAlert | undefined {
    if (alert.state === 'pending') return undefined;
    if (alert.state === 'inactive') return at - (alert.resolvedAt ?? at) > resolvedRetentionMs ? undefined : alert;
    const since = alert.keepFiringSince ?? at;
    if (this.config.keepFiringForMs > 0 && at - since < this.config.keepFiringForMs)
      return { ...alert, keepFiringSince: since };
    return { ...alert, state: 'inactive', resolvedAt: at };
  }

  #samples(at: number): RuleSample[] {
    return this.alerts().flatMap((alert) => [
      { labels: { ...alert.labels, __name__: 'ALERTS', alertstate: alert.state }, at, value: 1 },
      { labels: { ...alert.labels, __name__: 'ALERTS_FOR_STATE' }, at, value: Math.floor(alert.activeAt / 1_000) },
    ]);
  }
}

function restored(alert: RuleAlert, last: LastSample, o: { forMs: number; at: number }): RuleAlert {
  const activeAt = last.value * 1_000;
  const leftMs = o.forMs - (last.at - activeAt);
  if (leftMs <= 0) return { ...alert, activeAt, state: 'firing', firedAt: activeAt + o.forMs };
  if (leftMs < graceMs && o.forMs >= graceMs) return { ...alert, activeAt: o.at + graceMs - o.forMs };
  return { ...alert, activeAt: activeAt + (o.at - last.at) };
}
