import type { AgentCommand, AgentCommandKind, Incident, Pool, PoolMode } from '@jaegis/model';
import { ApiError, request, requestDone } from './api.ts';

const fleet = '/api/fleet';

export function commandAgent(id: string, kind: AgentCommandKind, reason: string): Promise<AgentCommand> {
  return request(`${fleet}/agents/${encodeURIComponent(id)}/commands`, {
    method: 'POST',
    body: { kind, ...(reason === '' ? {} : { reason }) },
  });
}

/** Forgets agents that are gone; one after the other, so that what went wrong is said of the first. */
export async function removeAgents(ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    try {
      await requestDone(`${fleet}/agents/${encodeURIComponent(id)}`, { method: 'DELETE' });
    } catch (error) {
      // Somebody else was quicker.
      if (!(error instanceof ApiError && error.status === 404)) throw error;
    }
  }
}

export function setPoolMode(pool: string, mode: PoolMode): Promise<Pool> {
  return request(`${fleet}/pools/${encodeURIComponent(pool)}/mode`, { method: 'PUT', body: { mode } });
}

export function acknowledge(id: string, by: string): Promise<Incident> {
  return request(`${fleet}/incidents/${encodeURIComponent(id)}/ack`, { method: 'POST', body: { by } });
}

export function addNote(id: string, by: string, text: string): Promise<Incident> {
  return request(`${fleet}/incidents/${encodeURIComponent(id)}/note`, { method: 'POST', body: { by, text } });
}

export type Verdict = Incident['feedback'][number]['verdict'];

export function giveFeedback(id: string, feedback: { verdict: Verdict; text: string; by: string }): Promise<Incident> {
  return request(`${fleet}/incidents/${encodeURIComponent(id)}/feedback`, { method: 'POST', body: feedback });
}

/** What may be said of the alarms of a signal, where there is no incident to say it on. */
export type SignalVerdict = Exclude<Verdict, 'wrong_cause'>;

export function sayOfSignal(said: { pool: string; signal: string; verdict: SignalVerdict }): Promise<unknown> {
  return request(`${fleet}/feedback`, { method: 'POST', body: said });
}
