import { useQuery } from '@tanstack/react-query';
import { useUrlState } from '../../app/url-state.ts';
import { useWindow } from '../../time/use-window.ts';
import { Problem, SkeletonLines } from '../../widgets/page-states.tsx';
import { AnswerView } from './answer-view.tsx';
import { rangeAnswerQuery } from './answers.ts';
import { QueryEditor } from './query-editor.tsx';

const examples: readonly { readonly title: string; readonly expr: string }[] = [
  { title: 'Requests of each pool', expr: 'jaegis_pool_signal{signal="request_rate"}' },
  { title: 'The five slowest agents', expr: 'topk(5, jaegis_agent_signal{signal="latency_p95"})' },
  { title: 'Memory of each pool', expr: 'sum by (pool) (jaegis_agent_signal{signal="memory_bytes"})' },
  { title: 'Replicas: ready, ordered, wanted', expr: 'sum by (state) (jaegis_pool_replicas)' },
  { title: 'Failures against requests, by link', expr: 'jaegis_link_signal{signal="error_rate"}' },
  { title: 'What JAEGIS itself takes in', expr: 'rate(jaegis_ingest_samples_total[1m])' },
];

/** PromQL over everything that is kept: one expression, its chart, its series. The URL is all of it. */
export function ExplorePage() {
  const [state, change] = useUrlState();
  const expr = state.expr ?? '';
  const run = (next: string) => change({ expr: next || undefined });
  return (
    <div className="page explore-page">
      <header className="page-head">
        <h1>Explore</h1>
        <QueryEditor expr={expr} onRun={run} />
      </header>
      {expr === '' ? <Examples onRun={run} /> : <Answer expr={expr} />}
    </div>
  );
}

function Answer({ expr }: { expr: string }) {
  const window = useWindow();
  const answer = useQuery(rangeAnswerQuery(expr, window));
  if (answer.error !== null)
    return <Problem title="Cannot answer" error={answer.error} retry={() => void answer.refetch()} />;
  if (answer.data === undefined) return <SkeletonLines count={8} />;
  return (
    <>
      {answer.data.notes.length > 0 && (
        <ul className="explore-notes" aria-label="Notes on the answer">
          {answer.data.notes.map((note) => (
            <li key={note} className="muted small">
              {note}
            </li>
          ))}
        </ul>
      )}
      <AnswerView answer={answer.data} expr={expr} isStale={answer.isPlaceholderData} />
    </>
  );
}

function Examples({ onRun }: { onRun: (expr: string) => void }) {
  return (
    <section className="explore-examples" aria-label="Questions to begin with">
      <p className="muted">
        Everything JAEGIS keeps can be asked in PromQL. Write above (names are completed as you type; Enter runs), or
        begin with one of these:
      </p>
      <ul>
        {examples.map((each) => (
          <li key={each.expr}>
            <button type="button" className="example-button" onClick={() => onRun(each.expr)}>
              <span className="strong">{each.title}</span>
              <code className="muted">{each.expr}</code>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
