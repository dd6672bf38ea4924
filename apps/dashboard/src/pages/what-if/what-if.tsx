import type { Pool } from '@jaegis/model';
import { useState } from 'react';
import type { BacktestQuestion } from '../../data/backtest.ts';
import { Problem } from '../../widgets/page-states.tsx';
import { Section } from '../../widgets/section.tsx';
import { Segments } from '../../widgets/segments.tsx';
import { useBacktest } from './use-backtest.ts';
import { WhatIfResult } from './what-if-result.tsx';

const policies = ['cost', 'balanced', 'performance', 'availability'] as const;
type PolicyName = (typeof policies)[number];
const ranges = [
  { key: '1h', name: 'Last hour' },
  { key: '1d', name: 'Last day' },
  { key: '7d', name: 'Last week' },
] as const;
type Range = (typeof ranges)[number]['key'];

/** What of the policy's bounds is written in the fields; empty is "as it is". */
interface Fields {
  readonly min: string;
  readonly max: string;
  readonly used: string;
  readonly startup: string;
}

/**
 * Another policy on what was recorded of this pool: chosen, run with progress, shown beside the one it has. With
 * `around` a moment (a decision's) the stretch is the hour around it.
 */
export function WhatIf({ pool, bounds, around }: { pool: string; bounds?: Pool; around?: number }) {
  const { state, run, cancel } = useBacktest(pool);
  const [policy, setPolicy] = useState<PolicyName>('cost');
  const [range, setRange] = useState<Range>('1h');
  const [fields, setFields] = useState<Fields>({ min: '', max: '', used: '', startup: '' });
  const isRunning = state.kind === 'running';
  const report = state.kind === 'done' ? state.report : isRunning ? state.before : undefined;
  const start = () => run({ ...stretchOf(range, around), policy, ...writtenIn(fields) });
  const field = (name: keyof Fields, label: string, o: { placeholder: string; unit?: string }) => (
    <label className="what-if-field">
      <span className="muted small">{label}</span>
      <span className="row">
        <input
          className="field"
          inputMode={name === 'startup' ? 'text' : 'numeric'}
          value={fields[name]}
          placeholder={o.placeholder}
          onChange={(event) => setFields({ ...fields, [name]: event.target.value })}
        />
        {o.unit !== undefined && <span className="faint small">{o.unit}</span>}
      </span>
    </label>
  );
  return (
    <Section
      title={around === undefined ? 'What if' : 'What if: the same hour under another policy'}
      aside={<span className="small muted">another policy on what was recorded, in a simulated pool</span>}
      className="what-if"
    >
      <form
        className="what-if-form"
        onSubmit={(event) => {
          event.preventDefault();
          start();
        }}
      >
        <Segments
          label="Policy"
          choices={policies.map((key) => ({ key, name: key[0]!.toUpperCase() + key.slice(1) }))}
          value={policy}
          onChange={setPolicy}
        />
        {around === undefined && <Segments label="Time" choices={ranges} value={range} onChange={setRange} />}
        <div className="what-if-fields">
          {field('min', 'At least', { placeholder: bounds?.minReplicas?.toString() ?? 'as it is' })}
          {field('max', 'At most', { placeholder: bounds?.maxReplicas?.toString() ?? 'as it is' })}
          {field('used', 'Meant to be used', { placeholder: 'as it is', unit: '%' })}
          {field('startup', 'Start-up', { placeholder: 'as it is' })}
        </div>
        {isRunning ? (
          <span className="row what-if-progress">
            <progress value={state.progress} aria-label="Progress of the backtest" />
            <span className="num small muted">{Math.round(state.progress * 100)} %</span>
            <button type="button" className="button" onClick={cancel}>
              Cancel
            </button>
          </span>
        ) : (
          <button type="submit" className="button button-main">
            Try it
          </button>
        )}
      </form>
      {state.kind === 'failed' && <Problem title="Nothing could be tried" error={state.error} retry={start} />}
      {report !== undefined && (
        <div className={isRunning ? 'what-if-old' : ''} aria-live="polite">
          <WhatIfResult report={report} around={around} />
        </div>
      )}
    </Section>
  );
}

const halfHourMs = 1_800_000;

function stretchOf(range: Range, around: number | undefined): Pick<BacktestQuestion, 'range' | 'from' | 'to'> {
  if (around === undefined) return { range };
  return { from: around - halfHourMs, to: Math.min(Date.now(), around + halfHourMs) };
}

/** What the server makes of a field that is no number, it says itself. */
function writtenIn({ min, max, used, startup }: Fields): Partial<BacktestQuestion> {
  const number = (text: string) => (Number.isNaN(Number(text)) ? (text as unknown as number) : Number(text));
  return {
    ...(min.trim() !== '' && { minReplicas: number(min) }),
    ...(max.trim() !== '' && { maxReplicas: number(max) }),
    ...(used.trim() !== '' && { utilization: Number(used) / 100 }),
    ...(startup.trim() !== '' && { startup: /^\d+$/.test(startup.trim()) ? `${startup.trim()}s` : startup.trim() }),
  };
}
