import type { Decision } from '@jaegis/model';
import { reasonWords } from '../../data/signal-words.ts';
import { Section } from '../../widgets/section.tsx';

const sourceNames: Readonly<Record<string, string>> = {
  reactive: 'By the load now',
  predictive: 'By the forecast',
  bounds: 'Bounds',
  schedule: 'Schedule',
  hold: 'Hold',
  backlog: 'By the backlog',
  rehearsed: 'By what was tried on its load',
};

/** From what each policy wanted, through the limits that changed it, to the number that was ordered. */
export function DecisionPath({ decision }: { decision: Decision }) {
  const highest = Math.max(...decision.recommendations.map((each) => each.desired), decision.to, decision.from, 1);
  return (
    <Section title="How the number came about">
      <ol className="decision-path">
        {decision.recommendations.map((each) => (
          <Step
            key={`${each.source}:${each.desired}`}
            name={sourceNames[each.source] ?? reasonWords(each.source)}
            value={each.desired}
            highest={highest}
            reason={each.reason}
            kind="wanted"
          />
        ))}
        {decision.limits.map((each) => (
          <Step
            key={`${each.step}:${each.reason}`}
            name={reasonWords(each.step)}
            value={each.to}
            from={each.from}
            highest={highest}
            reason={`${reasonWords(each.reason)}: ${each.message}`}
            kind="limited"
          />
        ))}
        <Step name="Decided" value={decision.to} highest={highest} reason={decision.message} kind="decided" />
      </ol>
    </Section>
  );
}

function Step({
  name,
  value,
  from,
  highest,
  reason,
  kind,
}: {
  name: string;
  value: number;
  from?: number;
  highest: number;
  reason: string;
  kind: 'wanted' | 'limited' | 'decided';
}) {
  return (
    <li className="path-step" data-kind={kind}>
      <span className="path-name">{name}</span>
      <span className="path-value">
        {from !== undefined && <span className="muted">{from} → </span>}
        {value}
      </span>
      <span className="path-track" aria-hidden="true">
        <span style={{ transform: `scaleX(${value / highest})` }} />
      </span>
      <span className="path-reason muted">{reason}</span>
    </li>
  );
}
