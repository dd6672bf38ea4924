import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { incidentsQuery } from '../data/queries.ts';
import { needsSomeone } from '../live/event-merge.ts';
import { pages } from './pages.ts';
import { RangePicker } from './range-picker.tsx';
import { toggleTheme, useTheme } from './theme.ts';

const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);

export function Bar({ onSearch }: { onSearch: () => void }) {
  const theme = useTheme();
  return (
    <header className="bar">
      <Link to="/" className="brand" aria-label="JAEGIS, overview">
        <img src="/mark.svg" alt="" width="20" height="20" />
        <span>JAEGIS</span>
      </Link>
      <nav className="bar-nav" aria-label="Pages">
        <PageLinks />
      </nav>
      <div className="bar-tools">
        <RangePicker />
        <button
          type="button"
          className="search-button"
          onClick={onSearch}
          aria-label="Find anything"
          aria-keyshortcuts="Control+K Meta+K"
        >
          <Icon path="M10.500 4a6.500 6.500 0 1 1 0 13 6.500 6.500 0 0 1 0-13M15.500 15.500 20 20" />
          <span className="search-hint">
            Find <kbd>{isMac ? '⌘K' : 'Ctrl K'}</kbd>
          </span>
        </button>
        <button
          type="button"
          className="icon-button theme-button"
          onClick={toggleTheme}
          aria-label={theme === 'dark' ? 'Use the light theme' : 'Use the dark theme'}
          aria-keyshortcuts="t"
        >
          <Icon
            path={
              theme === 'dark'
                ? 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 3v1.500M12 19.500V21M3 12h1.500M19.500 12H21M5.600 5.600l1.100 1.100M17.300 17.300l1.100 1.100M5.600 18.400l1.100-1.100M17.300 6.700l1.100-1.100'
                : 'M19 14.500A7.500 7.500 0 0 1 9.500 5a7.500 7.500 0 1 0 9.500 9.500'
            }
          />
        </button>
      </div>
    </header>
  );
}

/** At the bottom, where a thumb is. */
export function TabBar() {
  return (
    <nav className="tab-bar" aria-label="Pages, at the bottom">
      <PageLinks />
    </nav>
  );
}

function PageLinks() {
  const incidents = useQuery(incidentsQuery);
  const open = needsSomeone(incidents.data?.items ?? []);
  const isCritical = open.some((incident) => incident.severity === 'critical' && incident.state === 'open');
  return pages.map((page) => (
    <Link
      key={page.path}
      to={page.path}
      className="page-link"
      activeProps={{ 'data-active': true }}
      activeOptions={{ exact: page.path === '/', includeSearch: false }}
      aria-keyshortcuts={`g ${page.key}`}
    >
      <Icon path={page.icon} />
      <span>{page.name}</span>
      {page.path === '/incidents' && open.length > 0 && (
        <span className="count" data-tone={isCritical ? 'bad' : 'warn'} title={`${open.length} need someone`}>
          {open.length}
        </span>
      )}
    </Link>
  ));
}

function Icon({ path }: { path: string }) {
  return (
    <svg
      className="icon"
      viewBox="0 0 24 24"
      width="16"
      height="16"
      aria-hidden="true"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.75"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d={path} />
    </svg>
  );
}
