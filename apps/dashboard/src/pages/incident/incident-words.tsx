import type { Incident } from '@jaegis/model';
import { useState } from 'react';
import { addNote, giveFeedback, type Verdict } from '../../data/actions.ts';
import { reasonWords } from '../../data/signal-words.ts';
import { At } from '../../widgets/ago.tsx';
import { Section } from '../../widgets/section.tsx';
import { ownName, useIncidentChange } from './use-incident-change.ts';

export function Notes({ incident }: { incident: Incident }) {
  const [text, setText] = useState('');
  const change = useIncidentChange((words: string) => addNote(incident.id, ownName() || 'someone', words));
  return (
    <Section title="Notes">
      <ul className="note-list">
        {incident.notes.map((note) => (
          <li key={`${note.at}:${note.text}`}>
            <p className="small muted">
              {note.by} · <At at={note.at} />
            </p>
            <p className="note-text">{note.text}</p>
          </li>
        ))}
      </ul>
      <form
        className="note-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (text.trim() !== '') change.mutate(text.trim(), { onSuccess: () => setText('') });
        }}
      >
        <textarea
          className="field"
          rows={2}
          maxLength={5_000}
          aria-label="A note"
          placeholder="What you saw, what you did"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <button type="submit" className="button" disabled={text.trim() === '' || change.isPending}>
          Add note
        </button>
      </form>
      {change.isError && (
        <p className="bad-text small" role="alert">
          {change.error.message}
        </p>
      )}
    </Section>
  );
}

const verdicts: readonly { readonly key: Verdict; readonly name: string }[] = [
  { key: 'useful', name: 'It helped' },
  { key: 'not_a_problem', name: 'Not a problem' },
  { key: 'wrong_cause', name: 'Wrong cause' },
  { key: 'missed_something', name: 'Missed something' },
];

/** What people say of an incident tunes when the next one opens. */
export function Feedback({ incident }: { incident: Incident }) {
  const change = useIncidentChange((verdict: Verdict) =>
    giveFeedback(incident.id, { verdict, text: '', by: ownName() || 'someone' }),
  );
  const last = incident.feedback.at(-1);
  return (
    <Section title="Was this right?">
      <div className="row row-wrap">
        {verdicts.map((each) => (
          <button
            key={each.key}
            type="button"
            className="button"
            aria-pressed={last?.verdict === each.key}
            disabled={change.isPending}
            onClick={() => change.mutate(each.key)}
          >
            {each.name}
          </button>
        ))}
      </div>
      <p className="small muted feedback-line" role="status">
        {change.isError
          ? change.error.message
          : last === undefined
            ? 'Your answer is used for the next one.'
            : `Kept: ${reasonWords(last.verdict).toLowerCase()}.`}
      </p>
    </Section>
  );
}
