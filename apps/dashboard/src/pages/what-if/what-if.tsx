import type { Pool } from '@jaegis/model';
import { useEffect, useRef, useState } from 'react';
import { useUrlState } from '../../app/url-state.ts';
import { Problem } from '../../widgets/page-states.tsx';
import { Section } from '../../widgets/section.tsx';
import { Segments } from '../../widgets/segments.tsx';
import { useBacktest } from './use-backtest.ts';
import {
  askedIn,
  type Fields,
  nothingAsked,
  policies,
  stretches,
  stretchOf,
  urlOf,
  type WhatIfForm,
  writtenIn,
} from './what-if-form.ts';
import { WhatIfResult } from './what-if-result.tsx';

/** Where the page's what-if stands, for links to it. */
export const whatIfPlace = 'what-if';

/**
 * Another policy on what was recorded of this pool: chosen, run with progress, shown beside the one it has. With
 * `around` a moment (a decision's) the stretch is the hour around it.
 */
export function WhatIf({ pool, bounds, around }: { pool: string; bounds?: Pool; around?: number }) {
  const { state, run, cancel } = useBacktest(pool);
  const [url, change] = useUrlState();
  const asked = askedIn(url);
  const key = asked === undefined ? '' : JSON.stringify(asked);
  const [{ policy, stretch, fields }, setForm] = useState<WhatIfForm>(asked ?? nothingAsked);
  const place = useRef<HTMLDivElement>(null);
  const ask = (form: WhatIfForm) =>
    run({ ...stretchOf(form.stretch, around), policy: form.policy, ...writtenIn(form.fields) });
  // A link says what was tried: it is tried again where it is opened, and where "back" leads to it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only another question is a reason to run
  useEffect(() => {
    if (asked === undefined) return;
    setForm(asked);
    ask(asked);
  }, [key]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the page is opened by such a link
  useEffect(() => {
    if (asked !== undefined) place.current?.scrollIntoView({ block: 'start' });
  }, []);
  const isRunning = state.kind === 'running';
  const report = state.kind === 'done' ? state.report : isRunning ? state.before : undefined;
  const start = () => {
    const form = { policy, stretch, fields };
    if (JSON.stringify(form) === key) ask(form);
    else change(urlOf(form, around === undefined));
  };
  const field = (name: keyof Fields, label: string, o: { placeholder: string; unit?: string }) => (
    <label className="what-if-field">
      <span className="muted small">{label}</span>
      <span className="row">
        <input
          className="field"
          inputMode={name === 'startup' ? 'text' : 'numeric'}
          value={fields[name]}
          placeholder={o.placeholder}
          onChange={(event) => setForm({ policy, stretch, fields: { ...fields, [name]: event.target.value } })}
        />
        {o.unit !== undefined && <span className="faint small">{o.unit}</span>}
      </span>
    </label>
  );
  return (
    <div ref={place} id={whatIfPlace} tabIndex={-1}>
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
            onChange={(chosen) => setForm({ policy: chosen, stretch, fields })}
          />
          {around === undefined && (
            <Segments
              label="Time"
              choices={stretches}
              value={stretch}
              onChange={(chosen) => setForm({ policy, stretch: chosen, fields })}
            />
          )}
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
    </div>
  );
}
