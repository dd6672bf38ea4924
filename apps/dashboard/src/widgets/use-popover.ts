import { type KeyboardEvent, type RefObject, useEffect, useId, useRef, useState } from 'react';

export interface Popover<E extends HTMLElement> {
  readonly isOpen: boolean;
  readonly toggle: () => void;
  /** Of the body, for the button's `aria-controls`. */
  readonly id: string;
  /** For the element around the button, which comes first in it, and the body. */
  readonly around: { readonly ref: RefObject<E | null>; readonly onKeyDown: (event: KeyboardEvent) => void };
}

/** What a button opens beside itself: closes on Escape, which goes no further, and on a press elsewhere. */
export function usePopover<E extends HTMLElement>(): Popover<E> {
  const [isOpen, setOpen] = useState(false);
  const ref = useRef<E>(null);
  const id = useId();
  useEffect(() => {
    if (!isOpen) return;
    const close = (event: PointerEvent) => !ref.current?.contains(event.target as Node) && setOpen(false);
    addEventListener('pointerdown', close);
    return () => removeEventListener('pointerdown', close);
  }, [isOpen]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !isOpen) return;
    event.stopPropagation();
    setOpen(false);
    ref.current?.querySelector('button')?.focus();
  };
  return { isOpen, toggle: () => setOpen((now) => !now), id, around: { ref, onKeyDown } };
}
