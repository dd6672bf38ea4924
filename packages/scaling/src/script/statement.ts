import { type DecisionReason, type PoolMode, type SignalName, signalNames } from '@jaegis/model';
import type { TimePoint } from '@jaegis/std';

/** A value that stays, or one that moves evenly over a stretch of time. */
export interface Range {
  readonly first: number;
  readonly last: number;
}

export interface Inputs {
  readonly signals: Readonly<Partial<Record<SignalName, Range>>>;
  readonly ready: number | undefined;
  readonly pending: number | undefined;
  readonly draining: number | undefined;
  /** Relative standard deviation of the noise on every signal. */
  readonly noise: number;
}

export type Comparison = '<=' | '>=' | '<' | '>' | '==';

export type Expectation =
  | {
      readonly kind: 'last';
      readonly desired: number | undefined;
      readonly reason: DecisionReason | undefined;
      readonly message: string | undefined;
    }
  | {
      readonly kind: 'extreme';
      readonly which: 'max' | 'min';
      readonly of: 'desired' | 'ready' | 'pending' | 'queue' | 'saturation';
      readonly comparison: Comparison;
      readonly value: number;
    }
  | {
      readonly kind: 'count';
      readonly of: 'reversals' | 'changes';
      readonly comparison: Comparison;
      readonly value: number;
    }
  | { readonly kind: 'reason'; readonly reason: DecisionReason; readonly isThere: boolean; readonly withinMs: number };

export type Statement =
  | { readonly kind: 'pool'; readonly name: string }
  | { readonly kind: 'set'; readonly path: string; readonly values: readonly string[] }
  | { readonly kind: 'start'; readonly at: number }
  | {
      readonly kind: 'plant';
      readonly capacity: number;
      readonly startupMs: number;
      readonly serviceSeconds: number;
      readonly ready: number;
      readonly signals: readonly SignalName[];
    }
  | { readonly kind: 'at'; readonly time: TimePoint; readonly inputs: Inputs }
  | {
      readonly kind: 'from';
      readonly from: TimePoint;
      readonly to: TimePoint;
      readonly everyMs: number;
      readonly inputs: Inputs;
    }
  | { readonly kind: 'repeat'; readonly times: number; readonly body: readonly Line[] }
  | { readonly kind: 'missing' | 'present'; readonly signals: readonly SignalName[] }
  | { readonly kind: 'stale'; readonly signals: readonly SignalName[]; readonly ageMs: number }
  | {
      readonly kind: 'forecast';
      readonly demand: number | undefined;
      readonly trust: number;
    }
  | { readonly kind: 'mode'; readonly mode: PoolMode }
  | { readonly kind: 'target'; readonly isHealthy: boolean }
  | { readonly kind: 'actuator'; readonly fault: ActuatorFault; readonly delayMs: number }
  | { readonly kind: 'spent'; readonly amount: number | null }
  | { readonly kind: 'restart'; readonly forgets: boolean }
  | { readonly kind: 'expect'; readonly expectation: Expectation };

export type ActuatorFault = 'ok' | 'slow' | 'refuses' | 'never-ready' | 'lies';

export interface Line {
  /** 1 is the first line of the file. */
  readonly number: number;
  readonly statement: Statement;
}

const short: Readonly<Record<string, SignalName>> = {
  demand: 'request_rate',
  queue: 'queue_length',
  cpu: 'cpu_utilization',
  memory: 'memory_utilization',
  errors: 'error_rate',
};

/** A signal by its name or by its short name in scripts. */
export function signalNamed(text: string): SignalName | undefined {
  return short[text] ?? signalNames.find((name) => name === text);
}
