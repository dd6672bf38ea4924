import { useMemo } from 'react';
import { readList, type UrlState, useUrlState, writeList } from '../../app/url-state.ts';
import type { AgentFilter } from './agent-view.ts';

export type Facet = 'pool' | 'region' | 'version' | 'state';

/** The filter of the table, which is the URL. */
export function useAgentFilter(): {
  filter: AgentFilter;
  isAny: boolean;
  setFacet: (facet: Facet, values: readonly string[]) => void;
  clear: () => void;
} {
  const [state, change] = useUrlState();
  return useMemo(() => {
    const filter: AgentFilter = {
      search: state.q ?? '',
      pools: readList(state.pool),
      regions: readList(state.region),
      versions: readList(state.version),
      states: readList(state.state),
    };
    return {
      filter,
      isAny: [state.q, state.pool, state.region, state.version, state.state].some(Boolean),
      setFacet: (facet, values) => change({ [facet]: writeList(values) } as UrlState),
      clear: () => change({ q: undefined, pool: undefined, region: undefined, version: undefined, state: undefined }),
    };
  }, [state.q, state.pool, state.region, state.version, state.state, change]);
}
