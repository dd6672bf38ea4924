/** A word, a symbol and a tone for every state: colour is never the only sign. */
import type {
  ActionState,
  AlertState,
  Connectivity,
  FleetState,
  Health,
  IncidentState,
  PoolMode,
  Severity,
} from '@jaegis/model';
import type { Tone } from './paint.ts';
import type { Cell } from './table.ts';

type State =
  | Connectivity
  | Health
  | IncidentState
  | AlertState
  | FleetState
  | Severity
  | PoolMode
  | ActionState
  | 'watched';

const look: Readonly<Record<State, readonly [symbol: string, tone: Tone]>> = {
  live: ['●', 'good'],
  suspect: ['◐', 'warn'],
  lost: ['✖', 'bad'],
  stopped: ['○', 'dim'],
  healthy: ['●', 'good'],
  degraded: ['▲', 'warn'],
  unhealthy: ['✖', 'bad'],
  unknown: ['?', 'dim'],
  empty: ['○', 'dim'],
  open: ['✖', 'bad'],
  acknowledged: ['◐', 'warn'],
  resolved: ['●', 'good'],
  inactive: ['○', 'dim'],
  pending: ['◐', 'warn'],
  firing: ['✖', 'bad'],
  critical: ['✖', 'bad'],
  warning: ['▲', 'warn'],
  info: ['●', 'accent'],
  auto: ['●', 'good'],
  recommend: ['◐', 'accent'],
  paused: ['‖', 'warn'],
  'paused-in': ['◐', 'warn'],
  'paused-out': ['◐', 'warn'],
  watched: ['○', 'dim'],
  none: ['–', 'dim'],
  ordered: ['◐', 'warn'],
  ready: ['●', 'good'],
  failed: ['✖', 'bad'],
  superseded: ['○', 'dim'],
};

export function stateCell(state: State): Cell {
  const [symbol, tone] = look[state] ?? ['?', 'dim'];
  return { text: `${symbol} ${state}`, tone };
}

export function stateTone(state: State): Tone {
  return look[state]?.[1] ?? 'plain';
}

/** 0..100; below 80 worth a look, below 50 bad. */
export function scoreCell(score: number): Cell {
  return { text: String(Math.round(score)), tone: score >= 80 ? 'good' : score >= 50 ? 'warn' : 'bad' };
}
