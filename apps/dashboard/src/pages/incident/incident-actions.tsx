import type { Incident } from '@jaegis/model';
import { useState } from 'react';
import { useKeys } from '../../app/keys.ts';
import { acknowledge } from '../../data/actions.ts';
import { ownName, rememberName, useIncidentChange } from './use-incident-change.ts';

/** "I have it": with one's name, so that nobody else has to wonder. */
export function IncidentActions({ incident }: { incident: Incident }) {
  const [name, setName] = useState(ownName());
  const change = useIncidentChange((by: string) => acknowledge(incident.id, by));
  const isOpen = incident.state === 'open';
  const take = () => {
    if (!isOpen || change.isPending) return;
    rememberName(name);
    change.mutate(name.trim() === '' ? 'someone' : name.trim());
  };
  useKeys(isOpen ? [{ keys: 'a', label: 'Acknowledge this incident', group: 'This page', run: take }] : []);
  if (!isOpen) return null;
  return (
    <form
      className="take"
      onSubmit={(event) => {
        event.preventDefault();
        take();
      }}
    >
      <input
        className="field"
        aria-label="Your name"
        placeholder="Your name"
        maxLength={60}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <button type="submit" className="button button-main" disabled={change.isPending} aria-keyshortcuts="a">
        Acknowledge
      </button>
      {change.isError && (
        <p className="bad-text small" role="alert">
          {change.error.message}
        </p>
      )}
    </form>
  );
}
