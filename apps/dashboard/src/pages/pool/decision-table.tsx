import { useQuery } from '@tanstack/react-query';
import { decisionsQuery } from '../../data/queries.ts';
import { reasonWords } from '../../data/signal-words.ts';
import { clock } from '../../time/words.ts';
import { At } from '../../widgets/ago.tsx';
import { DecisionLink } from '../../widgets/links.tsx';
import { Loaded } from '../../widgets/page-states.tsx';
import { Section } from '../../widgets/section.tsx';
import { StateMark } from '../../widgets/state-mark.tsx';
import { groupDecisions } from './decision-groups.ts';

const shown = 24;

/** Every decision with its reason, newest first. */
export function DecisionTable({ pool }: { pool: string }) {
  const decisions = useQuery(decisionsQuery(pool));
  return (
    <Section
      title="Decisions"
      aside={
        decisions.data !== undefined && (
          <span className="small muted">{decisions.data.total.toLocaleString('en')} kept</span>
        )
      }
    >
      <Loaded query={decisions} lines={6} what="the decisions">
        {(page) =>
          page.items.length === 0 ? (
            <p className="muted">None yet. The first comes when demand has been heard for a while.</p>
          ) : (
            <ul className="decision-list">
              {groupDecisions(page.items)
                .slice(0, shown)
                .map(({ decision, count, since }) => (
                  <li key={decision.id}>
                    <DecisionLink id={decision.id} isRow>
                      <span className="faint decision-at">
                        <At at={decision.at} />
                      </span>
                      <span className="decision-step">
                        {decision.from === decision.to ? `keep ${decision.to}` : `${decision.from} → ${decision.to}`}
                      </span>
                      <span className="decision-words">
                        <span className="strong">{reasonWords(decision.reason)}</span>{' '}
                        <span className="muted">{decision.message}</span>
                        {count > 1 && (
                          <span className="small faint">
                            {' '}
                            {count} times since {clock(since)}
                          </span>
                        )}
                      </span>
                      <span className="decision-outcome">
                        {decision.outcome === null ? (
                          <span className="faint small">
                            {decision.action.state === 'none' ? '' : decision.action.state}
                          </span>
                        ) : (
                          <StateMark state={decision.outcome.verdict} />
                        )}
                      </span>
                    </DecisionLink>
                  </li>
                ))}
            </ul>
          )
        }
      </Loaded>
    </Section>
  );
}
