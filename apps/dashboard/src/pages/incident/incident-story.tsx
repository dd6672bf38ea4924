import type { Incident } from '@jaegis/model';
import { useState } from 'react';
import { At } from '../../widgets/ago.tsx';
import { Folded } from '../../widgets/folded.tsx';
import { Section } from '../../widgets/section.tsx';
import { foldStory } from './fold-story.ts';

const shownFirst = 16;

/** What happened, newest first; a long story is opened on demand. */
export function IncidentStory({ incident }: { incident: Incident }) {
  const [isWhole, setWhole] = useState(false);
  const story = foldStory(incident.timeline);
  const shown = isWhole ? story : story.slice(0, shownFirst);
  return (
    <Section title="What happened">
      <ol className="story">
        {shown.map((entry) => (
          <li key={`${entry.at}:${entry.what}`}>
            <span className="story-at faint">
              <At at={entry.at} />
            </span>
            <span>
              {entry.others.length === 0 ? (
                <span className="strong">{entry.what}</span>
              ) : (
                <Folded
                  head={
                    <>
                      <span className="strong">{entry.what}</span> and {entry.others.length} more
                    </>
                  }
                >
                  {entry.others.map((what) => (
                    <li key={what}>{what}</li>
                  ))}
                </Folded>
              )}
              {entry.reason !== '' && <span className="muted small story-reason">{entry.reason}</span>}
            </span>
          </li>
        ))}
        {story.length === 0 && <li className="muted">Nothing was written down.</li>}
      </ol>
      {story.length > shown.length && (
        <button type="button" className="button" onClick={() => setWhole(true)}>
          Show {story.length - shown.length} earlier
        </button>
      )}
    </Section>
  );
}
