import './styles/tokens.css';
import './styles/base.css';
import './styles/shell.css';
import './styles/controls.css';
import './styles/data.css';
import './styles/chart.css';
import './styles/page.css';
import './styles/overview.css';
import './styles/incidents.css';
import './styles/agents.css';
import './styles/agent-page.css';
import './styles/pools.css';
import './styles/what-if.css';
import './styles/map.css';
import './styles/explore.css';
import './styles/system.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { createRoot } from 'react-dom/client';
import { startKeys } from './app/keys.ts';
import { queryClient } from './app/query-client.ts';
import { router } from './app/router.tsx';
import { startTheme } from './app/theme.ts';

startTheme();
startKeys();

const host = document.getElementById('app');
if (host === null) throw new Error('Cannot start the dashboard: the page has no element "app"');
createRoot(host).render(
  <QueryClientProvider client={queryClient}>
    <RouterProvider router={router} />
  </QueryClientProvider>,
);
