import type { Labels } from '@jaegis/model';
import type { LastSample, Query, QuerySample } from './query.ts';

/** A sample that a rule writes; `value` may be the stale marker. */
export interface RuleSample {
  readonly labels: Labels;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly value: number;
}

/** What the server gives to rules. */
export interface RuleTools {
  readonly query: Query;
  /** Writes samples, so that the next rule of the group sees them. Gives how many were refused. */
  readonly write: (samples: readonly RuleSample[]) => Promise<number>;
  /** The newest sample of each series of a metric within the range: what a restart asks. May reject when the store is away. */
  readonly lastSamples: (labels: Labels, fromMs: number, toMs: number) => Promise<readonly LastSample[]>;
  /** Milliseconds, for measuring only. */
  readonly stopwatch: () => number;
  readonly externalLabels: Labels;
  readonly externalUrl: string;
}

/** Why a rule has no result this time. */
export class RuleFailure extends Error {
  override readonly name = 'RuleFailure';
}

/** The samples of an expression. Throws `RuleFailure`. */
export async function ask(tools: RuleTools, expr: string, timeMs: number): Promise<readonly QuerySample[]> {
  const answer = await tools.query(expr, timeMs);
  if (!answer.ok) throw new RuleFailure(answer.error);
  return answer.samples;
}

/** One text per set of labels, whatever their order, cheaper than for people. Labels without a value are left out. */
export function labelsKey(labels: Labels): string {
  return JSON.stringify(
    Object.entries(labels)
      .filter(([, value]) => value !== '')
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** The labels with those of a rule laid over them; an empty value takes a label away. */
export function withLabels(labels: Labels, over: Labels): Record<string, string> {
  const merged: Record<string, string> = { ...labels };
  for (const [name, value] of Object.entries(over)) {
    if (value === '') delete merged[name];
    else merged[name] = value;
  }
  return merged;
}
