import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  retainSearchParams,
} from '@tanstack/react-router';
import { NotFound, PageFailed, PagePending } from '../widgets/page-states.tsx';
import { Shell } from './shell.tsx';
import { keptNames, parseSearchText, readUrlState, type UrlState, writeSearchText } from './url-state.ts';

const root = createRootRoute({
  component: Shell,
  notFoundComponent: NotFound,
  validateSearch: readUrlState,
  search: { middlewares: [retainSearchParams<UrlState>([...keptNames])] },
});

// The names of agents and pools may hold slashes, so they take the rest of the path. The list is an index route beside
// it: a rest that is empty would win over the list otherwise.
function section<const Path extends string>(path: Path) {
  return createRoute({ getParentRoute: () => root, path });
}

const overview = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: lazyRouteComponent(() => import('../pages/overview/overview-page.tsx'), 'OverviewPage'),
});
const agentsSection = section('/agents');
const agents = createRoute({
  getParentRoute: () => agentsSection,
  path: '/',
  component: lazyRouteComponent(() => import('../pages/agents/agents-page.tsx'), 'AgentsPage'),
});
const agent = createRoute({
  getParentRoute: () => agentsSection,
  path: '$',
  component: lazyRouteComponent(() => import('../pages/agent/agent-page.tsx'), 'AgentPage'),
});
const map = createRoute({
  getParentRoute: () => root,
  path: '/map',
  component: lazyRouteComponent(() => import('../pages/map/map-page.tsx'), 'MapPage'),
});
const poolsSection = section('/pools');
const pools = createRoute({
  getParentRoute: () => poolsSection,
  path: '/',
  component: lazyRouteComponent(() => import('../pages/pools/pools-page.tsx'), 'PoolsPage'),
});
const pool = createRoute({
  getParentRoute: () => poolsSection,
  path: '$',
  component: lazyRouteComponent(() => import('../pages/pool/pool-page.tsx'), 'PoolPage'),
});
const decision = createRoute({
  getParentRoute: () => root,
  path: '/decisions/$',
  component: lazyRouteComponent(() => import('../pages/decision/decision-page.tsx'), 'DecisionPage'),
});
const incidentsSection = section('/incidents');
const incidents = createRoute({
  getParentRoute: () => incidentsSection,
  path: '/',
  component: lazyRouteComponent(() => import('../pages/incidents/incidents-page.tsx'), 'IncidentsPage'),
});
const incident = createRoute({
  getParentRoute: () => incidentsSection,
  path: '$',
  component: lazyRouteComponent(() => import('../pages/incident/incident-page.tsx'), 'IncidentPage'),
});
const explore = createRoute({
  getParentRoute: () => root,
  path: '/explore',
  component: lazyRouteComponent(() => import('../pages/explore/explore-page.tsx'), 'ExplorePage'),
});
const system = createRoute({
  getParentRoute: () => root,
  path: '/system',
  component: lazyRouteComponent(() => import('../pages/system/system-page.tsx'), 'SystemPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    overview,
    agentsSection.addChildren([agents, agent]),
    map,
    poolsSection.addChildren([pools, pool]),
    decision,
    incidentsSection.addChildren([incidents, incident]),
    explore,
    system,
  ]),
  parseSearch: parseSearchText,
  stringifySearch: writeSearchText,
  defaultPreload: 'intent',
  defaultPendingComponent: PagePending,
  defaultErrorComponent: PageFailed,
  defaultPendingMs: 120,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
