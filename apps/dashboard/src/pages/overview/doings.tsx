import type { TimelineItem } from '@jaegis/model';
import { useQuery } from '@tanstack/react-query';
import { timelineQuery } from '../../data/queries.ts';
import { useNow } from '../../time/clock-store.ts';
import { clock } from '../../time/words.ts';
import { DecisionLink, IncidentLink, PoolLink } from '../../widgets/links.tsx';
import { Loaded } from '../../widgets/page-states.tsx';
import { Section } from '../../widgets/section.tsx';
import { foldTimeline, type TimelineLine } from './fold-timeline.ts';

const shown = 60;
const words: Readonly<Record<TimelineItem['kind'], string>> = {
  decision: 'scaled',
  alert: 'alert',
  incident: 'incident',
  anomaly: 'anomaly',
};

/** What JAEGIS did and saw in the last hour, newest first. */
export function Doings() {
  const timeline = useQuery(timelineQuery);
  const since = useNow(60_000) - 3_600_000;
  return (
    <Section title="The last hour" className="doings">
      <Loaded query={timeline} lines={5} what="the timeline">
        {(page) => {
          const lines = foldTimeline(page.items.filter((item) => item.at >= since)).slice(0, shown);
          if (lines.length === 0) return <p className="muted">JAEGIS had nothing to do.</p>;
          return (
            // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
            <ol className="doing-list" tabIndex={0} aria-label="What happened in the last hour">
              {lines.map((line) => (
                <Doing key={`${line.item.kind}:${line.item.id}:${line.isOver}`} line={line} />
              ))}
            </ol>
          );
        }}
      </Loaded>
    </Section>
  );
}

function Doing({ line }: { line: TimelineLine }) {
  const { item, others, isOver } = line;
  const { kind } = item;
  const names = [...new Set(others.map((each) => each.title))].join('\n');
  const body = (
    <>
      <time className="faint">{clock(item.at)}</time>
      <span className={`doing-kind ${isOver ? 'muted' : `doing-${kind}`}`}>{isOver ? 'over' : words[kind]}</span>
      <span className="doing-words">
        <span className="doing-title">{item.title}</span>
        {others.length > 0 ? (
          <span className="small muted doing-reason" title={names}>
            and {others.length} more {others.length === 1 ? words[kind] : kind === 'anomaly' ? 'anomalies' : `${kind}s`}{' '}
            with it
          </span>
        ) : (
          item.reason !== '' &&
          !item.title.includes(item.reason) && <span className="small muted doing-reason">{item.reason}</span>
        )}
      </span>
    </>
  );
  return (
    <li className="doing">
      {kind === 'decision' ? (
        <DecisionLink id={item.id}>{body}</DecisionLink>
      ) : kind === 'incident' ? (
        <IncidentLink id={item.id}>{body}</IncidentLink>
      ) : (
        <PoolLink name={item.pool}>{body}</PoolLink>
      )}
    </li>
  );
}
