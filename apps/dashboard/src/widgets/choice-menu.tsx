import { useState } from 'react';
import { focusFirst } from './focus-first.ts';
import { Glyph, type Tone } from './state-mark.tsx';
import { usePopover } from './use-popover.ts';

export interface Choice {
  readonly value: string;
  readonly label?: string;
  readonly count?: number;
  readonly tone?: Tone;
}

/** A button that opens a list of boxes to tick. Closes on Escape and on a click elsewhere. */
export function ChoiceMenu({
  title,
  choices,
  chosen,
  onChange,
  isQuiet = false,
}: {
  title: string;
  choices: readonly Choice[];
  chosen: readonly string[];
  onChange: (values: string[]) => void;
  /** The choice is how things look and not what is shown: nothing to point out. */
  isQuiet?: boolean;
}) {
  const { isOpen, toggle: toggleMenu, id, around } = usePopover<HTMLDivElement>();
  const [search, setSearch] = useState('');
  const toggle = (value: string) =>
    onChange(chosen.includes(value) ? chosen.filter((each) => each !== value) : [...chosen, value]);
  const visible = choices
    .filter((choice) => (choice.label ?? choice.value).toLowerCase().includes(search.toLowerCase()))
    .slice(0, 200);
  return (
    <div className="menu" {...around}>
      <button
        type="button"
        className="button menu-button"
        aria-expanded={isOpen}
        aria-controls={id}
        data-active={(chosen.length > 0 && !isQuiet) || undefined}
        onClick={toggleMenu}
      >
        {title}
        {chosen.length > 0 && !isQuiet && (
          <span className="menu-count">{chosen.length === 1 ? short(chosen[0] ?? '') : chosen.length}</span>
        )}
        <span aria-hidden="true" className="menu-arrow" />
      </button>
      {isOpen && (
        <fieldset className="menu-body" id={id}>
          <legend className="sr-only">{title}</legend>
          {choices.length > 8 && (
            <input
              className="field"
              type="text"
              ref={focusFirst}
              placeholder={`Find a ${title.toLowerCase()}`}
              aria-label={`Find a ${title.toLowerCase()}`}
              value={search}
              onChange={(event) => setSearch(event.target.value)}
            />
          )}
          <div className="menu-list">
            {visible.map((choice) => (
              <label key={choice.value} className="menu-choice">
                <input type="checkbox" checked={chosen.includes(choice.value)} onChange={() => toggle(choice.value)} />
                {choice.tone !== undefined && <Glyph tone={choice.tone} />}
                <span className="grow cut">{choice.label ?? (choice.value || 'none')}</span>
                {choice.count !== undefined && <span className="faint num">{choice.count.toLocaleString('en')}</span>}
              </label>
            ))}
            {visible.length === 0 && <p className="muted small">Nothing here</p>}
          </div>
          {chosen.length > 0 && !isQuiet && (
            <button type="button" className="button button-quiet" onClick={() => onChange([])}>
              Clear
            </button>
          )}
        </fieldset>
      )}
    </div>
  );
}

function short(text: string): string {
  return text.length > 18 ? `${text.slice(0, 17)}…` : text;
}
