import type { Labels } from '@jaegis/model';

export interface QuerySample {
  readonly labels: Labels;
  readonly value: number;
}

export type QueryAnswer =
  | { readonly ok: true; readonly samples: readonly QuerySample[] }
  | { readonly ok: false; readonly error: string };

/**
 * Asks for the value of an expression at one time (epoch milliseconds). A scalar comes as one sample without labels; a
 * range or a text is an error. Never rejects for what the expression says.
 */
export type Query = (expr: string, timeMs: number) => Promise<QueryAnswer>;

/** The newest samples that the store has of a series: what a restart needs to know. `value` may be the stale marker. */
export interface LastSample {
  readonly labels: Labels;
  readonly at: number;
  readonly value: number;
}

/** Each rule's own text, on which the language's own words are checked: the error, or `undefined`. */
export type CheckExpression = (expr: string) => string | undefined;
