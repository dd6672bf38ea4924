import { useEffect, useRef, useState } from 'react';
import { useUrlState } from '../app/url-state.ts';

/** A pause in typing this long, and the list follows. */
const pauseMs = 120;

/** The search of a list, which is in the URL (`q`). What one types is there at once; the list follows at the first pause. */
export function SearchField({
  label,
  placeholder = label,
  className = '',
}: {
  label: string;
  placeholder?: string;
  className?: string;
}) {
  const [{ q = '' }, change] = useUrlState();
  const [text, setText] = useState(q);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  // The URL also changes by "back" and by buttons that show everything again.
  useEffect(() => setText(q), [q]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <input
      type="search"
      className={`field ${className}`}
      placeholder={placeholder}
      aria-label={label}
      aria-keyshortcuts="/"
      value={text}
      onChange={({ target: { value } }) => {
        setText(value);
        clearTimeout(timer.current);
        timer.current = setTimeout(() => change({ q: value || undefined }, 'replace'), pauseMs);
      }}
    />
  );
}
