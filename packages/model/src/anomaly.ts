import type { Labels } from './labels.ts';

/** A stretch of time in which a series left its expected band (contracts.md, shapes). */
export interface Anomaly {
  readonly id: string;
  readonly at: number;
  /** Instance id, or `null` where a pool or link is meant. */
  readonly agent: string | null;
  readonly pool: string;
  readonly series: Labels;
  readonly signal: string;
  readonly value: number;
  readonly expected: number;
  readonly lower: number;
  readonly upper: number;
  /** 0..1, one meaning everywhere. */
  readonly score: number;
  readonly endedAt: number | null;
  /** One sentence: what, how far from what was expected. */
  readonly reason: string;
  /** Where several signals are behind it: those, most telling first, as `name:distance;...`. */
  readonly top?: string;
}
