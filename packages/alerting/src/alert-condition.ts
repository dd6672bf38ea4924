import type { AlertKind, Labels, Severity } from '@jaegis/model';

/** Something that is true right now and should not be. Whoever watches gives all that are true, every time. */
export interface AlertCondition {
  /** The same text for the same trouble, over restarts too: `agent_lost/reader-3`. */
  readonly key: string;
  readonly kind: AlertKind;
  readonly severity: Severity;
  readonly pool: string;
  /** Instance id, or `null` where the whole pool is meant. */
  readonly agent: string | null;
  readonly signal: string | null;
  /** What happened, in words. */
  readonly summary: string;
  /** What was seen and what was expected. */
  readonly reason: string;
  readonly labels?: Labels;
  readonly annotations?: Labels;
  /** The signal's value and what it should have been (in base units), so that titles can say "11 times slower". */
  readonly value?: number | null;
  readonly expected?: number | null;
  /** How long it must hold before it fires; the configured time when left out. */
  readonly forMs?: number;
}
