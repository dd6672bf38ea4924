import type { Incident, Page } from '@jaegis/model';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { mergeById } from '../../live/event-merge.ts';

/** Sends a change of an incident and shows the answer everywhere at once. */
export function useIncidentChange<T>(send: (input: T) => Promise<Incident>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: send,
    onSuccess: (incident) => {
      client.setQueryData(['incident', incident.id], incident);
      client.setQueryData<Page<Incident>>(['incidents'], (page) => page && mergeById(page, incident));
    },
  });
}

const key = 'jaegis.name';

/** The name that is put under notes; asked for once, kept in this browser. */
export function ownName(): string {
  return localStorage.getItem(key) ?? '';
}

export function rememberName(name: string): void {
  localStorage.setItem(key, name.trim());
}
