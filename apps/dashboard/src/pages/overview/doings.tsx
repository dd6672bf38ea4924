import type { TimelineItem } from '@jaegis/model';
import { useQuery } from '@tanstack/react-query';
import { timelineQuery } from '../../data/queries.ts';
import { useNow } from '../../time/clock-store.ts';
import { clock } from '../../time/words.ts';
import { DecisionLink, IncidentLink, PoolLink } from '../../widgets/links.tsx';
import { Loaded } from '../../widgets/page-states.tsx';
import { Section } from '../../widgets/section.tsx';

const shown = 60;
/** The server also keeps decisions that left everything as it was; they are nothing that was done. */
const stayed = / stays at \d+$/;
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
          const items = page.items
            .filter((item) => item.at >= since && !(item.kind === 'decision' && stayed.test(item.title)))
            .slice(0, shown);
          if (items.length === 0) return <p className="muted">JAEGIS had nothing to do.</p>;
          return (
            // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
            <ol className="doing-list" tabIndex={0} aria-label="What happened in the last hour">
              {items.map((item) => (
                <Doing key={`${item.kind}:${item.id}`} item={item} />
              ))}
            </ol>
          );
        }}
      </Loaded>
    </Section>
  );
}

function Doing({ item }: { item: TimelineItem }) {
  const body = (
    <>
      <time className="faint">{clock(item.at)}</time>
      <span className={`doing-kind doing-${item.kind}`}>{words[item.kind]}</span>
      <span className="doing-words">
        <span className="doing-title">{item.title}</span>
        {item.reason !== '' && !item.title.includes(item.reason) && (
          <span className="small muted doing-reason">{item.reason}</span>
        )}
      </span>
    </>
  );
  const kind = item.kind;
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
