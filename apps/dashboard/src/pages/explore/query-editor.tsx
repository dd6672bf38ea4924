import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { labelsQuery, namesQuery } from './answers.ts';
import { accept, placeAt, type Suggestion, suggest } from './complete.ts';

const none: readonly string[] = [];

/** The expression, with completion. Enter runs it, Shift+Enter makes a new line, arrows and Tab take a suggestion. */
export function QueryEditor({ expr, onRun }: { expr: string; onRun: (expr: string) => void }) {
  const [text, setText] = useState(expr);
  const [cursor, setCursor] = useState(expr.length);
  const [isOpen, setOpen] = useState(false);
  const [chosen, setChosen] = useState(0);
  const area = useRef<HTMLTextAreaElement>(null);
  const moveTo = useRef<number | undefined>(undefined);
  const id = useId();
  useEffect(() => setText(expr), [expr]);

  const place = placeAt(text, cursor);
  const metrics = useQuery(namesQuery('__name__')).data?.data ?? none;
  const labels = useQuery(labelsQuery).data?.data ?? none;
  const values = useQuery(namesQuery(place.label ?? '')).data?.data ?? none;
  const found = isOpen ? suggest(place, { metrics, labels, values }) : [];
  const current = Math.min(chosen, found.length - 1);

  // A suggestion that was taken moves the cursor, after the text is on the page.
  useEffect(() => {
    if (moveTo.current === undefined) return;
    area.current?.setSelectionRange(moveTo.current, moveTo.current);
    moveTo.current = undefined;
  });

  const take = (suggestion: Suggestion) => {
    const next = accept(text, cursor, { place, suggestion });
    setText(next.text);
    setCursor(next.cursor);
    setOpen(false);
    moveTo.current = next.cursor;
    area.current?.focus();
  };
  const run = () => {
    setOpen(false);
    onRun(text.trim());
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const isListed = found.length > 0;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      run();
    } else if (isListed && event.key === 'Tab') {
      event.preventDefault();
      take(found[current]!);
    } else if (isListed && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      event.preventDefault();
      setChosen((current + (event.key === 'ArrowDown' ? 1 : found.length - 1)) % found.length);
    } else if (isOpen && event.key === 'Escape') {
      event.stopPropagation();
      setOpen(false);
    } else if (event.key === ' ' && event.ctrlKey) {
      event.preventDefault();
      setOpen(true);
    }
  };

  return (
    <div className="query-editor">
      <textarea
        ref={area}
        className="field mono"
        rows={Math.min(8, text.split('\n').length)}
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        placeholder="A PromQL expression"
        aria-label="PromQL expression"
        role="combobox"
        aria-expanded={found.length > 0}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={found.length > 0 ? `${id}-${current}` : undefined}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setCursor(event.target.selectionStart);
          setChosen(0);
          setOpen(true);
        }}
        onSelect={(event) => setCursor(event.currentTarget.selectionStart)}
        onBlur={() => setOpen(false)}
        onKeyDown={onKeyDown}
      />
      <button type="button" className="button button-main" onClick={run}>
        Run
      </button>
      {found.length > 0 && (
        <div className="suggestions" role="listbox" id={`${id}-list`} aria-label="Suggestions" tabIndex={-1}>
          {found.map((each, i) => (
            // The pointer must not take the focus from the text, so it is the press that counts.
            <div
              key={`${each.kind} ${each.text}`}
              id={`${id}-${i}`}
              className="suggestion"
              role="option"
              tabIndex={-1}
              aria-selected={i === current}
              onPointerDown={(event) => {
                event.preventDefault();
                take(each);
              }}
            >
              <span className="mono cut">{each.text}</span>
              <span className="faint small">{each.kind}</span>
            </div>
          ))}
        </div>
      )}
    </div>
  );
}
