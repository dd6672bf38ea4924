import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { agentSync } from '../data/agent-rows.ts';
import { authorization } from '../data/api.ts';
import { tokenStore } from '../data/token-store.ts';
import { EventApplier } from './apply-events.ts';
import { setConnection } from './connection-store.ts';
import { EventLink } from './event-link.ts';

let link: EventLink | undefined;

/** Opens the live line for as long as the dashboard is there. */
export function useLive(): void {
  const client = useQueryClient();
  useEffect(() => {
    const applier = new EventApplier(client);
    link = new EventLink({
      url: '/api/fleet/events',
      headers: authorization,
      onEvents: (events) => applier.take(events),
      onOpen: (isFirst) => {
        setConnection({ state: 'open', lostSince: null, retryAt: null });
        if (isFirst) return;
        // What happened meanwhile may be more than the server kept: ask for everything on the screen again.
        void client.invalidateQueries();
        agentSync.readAgain();
      },
      onLost: ({ since, retryAt }) => setConnection({ state: 'lost', lostSince: since, retryAt }),
      onRefused: () => tokenStore.refused(),
    });
    return () => {
      link?.close();
      link = undefined;
      setConnection({ state: 'connecting', lostSince: null, retryAt: null });
    };
  }, [client]);
}

export function retryConnection(): void {
  link?.retryNow();
}
