import type { ReactNode } from 'react';

/** Four tones, each with a shape of its own: circle, triangle, diamond, ring. Never colour alone. */
export type Tone = 'ok' | 'warn' | 'bad' | 'off';

const shapes: Readonly<Record<Tone, ReactNode>> = {
  ok: <circle cx="5" cy="5" r="3.500" fill="currentColor" />,
  warn: <path d="M5 .8 9.600 9H.4z" fill="currentColor" />,
  bad: <path d="M5 .2 9.800 5 5 9.800.2 5z" fill="currentColor" />,
  off: <circle cx="5" cy="5" r="3" fill="none" stroke="currentColor" strokeWidth="1.600" />,
};

const tones: Readonly<Record<string, Tone>> = {
  healthy: 'ok',
  live: 'ok',
  ok: 'ok',
  ready: 'ok',
  resolved: 'ok',
  as_predicted: 'ok',
  kept: 'ok',
  undone: 'warn',
  degraded: 'warn',
  suspect: 'warn',
  warning: 'warn',
  slower: 'warn',
  acknowledged: 'warn',
  unhealthy: 'bad',
  lost: 'bad',
  critical: 'bad',
  failed: 'bad',
  open: 'bad',
  error: 'bad',
};

/** The tone of any state word of the API; what it does not know is quiet. */
export function toneOf(state: string): Tone {
  return tones[state] ?? 'off';
}

/** The tone of a score of 0 to 100. */
export function toneOfScore(score: number): Tone {
  return score >= 85 ? 'ok' : score >= 60 ? 'warn' : 'bad';
}

export function Glyph({ tone, size = 10 }: { tone: Tone; size?: number }) {
  return (
    <svg className={`glyph tone-${tone}`} viewBox="0 0 10 10" width={size} height={size} aria-hidden="true">
      {shapes[tone]}
    </svg>
  );
}

/** A state: shape and word. */
export function StateMark({
  state,
  tone = toneOf(state),
  children,
}: {
  state: string;
  tone?: Tone;
  children?: ReactNode;
}) {
  return (
    <span className={`state-mark tone-${tone}`}>
      <Glyph tone={tone} />
      <span>{children ?? state.replaceAll('_', ' ')}</span>
    </span>
  );
}
