import { useQuery } from '@tanstack/react-query';
import { Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useState } from 'react';
import { healthQuery } from '../data/queries.ts';
import { useIsTokenWanted } from '../data/token-store.ts';
import { useConnection } from '../live/connection-store.ts';
import { useLive } from '../live/use-live.ts';
import { settleDefaultPreset } from '../time/default-preset.ts';
import { useRangeActions } from '../time/use-window.ts';
import { Bar, TabBar } from './bar.tsx';
import { useCommandMode } from './command-mode.ts';
import { ConnectionBanner } from './connection-banner.tsx';
import { focusSearch, type KeyAction, moveRow, useKeys } from './keys.ts';
import { pages } from './pages.ts';
import { SignIn } from './sign-in.tsx';
import { toggleTheme } from './theme.ts';

const loadPalette = () => import('./palette.tsx');
const Palette = lazy(async () => ({ default: (await loadPalette()).Palette }));
const KeyList = lazy(async () => ({ default: (await import('./key-list.tsx')).KeyList }));

/** What is around every page: bar, live line, keyboard, palette. */
export function Shell() {
  const isTokenWanted = useIsTokenWanted();
  return isTokenWanted ? <SignIn /> : <SignedIn />;
}

function SignedIn() {
  useLive();
  useDefaultRange();
  const { open, setOpen } = useCommandMode();
  const { state } = useConnection();
  useShellKeys(setOpen);
  usePageTitle();
  // Loaded while nothing else is to do, so that it is there at the first press.
  useEffect(() => {
    const timer = setTimeout(loadPalette, 1_500);
    return () => clearTimeout(timer);
  }, []);
  return (
    <>
      <a className="skip" href="#main">
        Skip to the page
      </a>
      <Bar onSearch={() => setOpen('palette')} />
      <ConnectionBanner />
      <main id="main" tabIndex={-1} data-connection={state}>
        <Outlet />
      </main>
      <TabBar />
      <Suspense>
        {open === 'palette' && <Palette onClose={() => setOpen('none')} />}
        {open === 'keys' && <KeyList onClose={() => setOpen('none')} />}
      </Suspense>
    </>
  );
}

/** The first report says how much history there is to show. */
function useDefaultRange(): void {
  const { data } = useQuery(healthQuery);
  useEffect(() => {
    if (data !== undefined) settleDefaultPreset(data.historySince, data.generatedAt);
  }, [data]);
}

function useShellKeys(setOpen: (open: 'palette' | 'keys') => void): void {
  const navigate = useNavigate();
  const { toggleLive } = useRangeActions();
  const go: KeyAction[] = pages.map((page) => ({
    keys: `g ${page.key}`,
    label: page.name,
    group: 'Go to',
    run: () => void navigate({ to: page.path }),
  }));
  useKeys([
    ...go,
    { keys: '/', label: 'Search this page', group: 'Everywhere', run: () => focusSearch() || setOpen('palette') },
    { keys: 'mod+k', label: 'Find anything, do anything', group: 'Everywhere', run: () => setOpen('palette') },
    { keys: 't', label: 'Dark or light', group: 'Everywhere', run: toggleTheme },
    { keys: '?', label: 'This list', group: 'Everywhere', run: () => setOpen('keys') },
    { keys: 'Escape', label: 'Close, or one step back up', group: 'Everywhere', run: () => stepUp(navigate) },
    { keys: 'j', label: 'Next row', group: 'Lists', run: () => moveRow(1) },
    { keys: 'k', label: 'Previous row', group: 'Lists', run: () => moveRow(-1) },
    { keys: 'l', label: 'Hold the time, or go back to live', group: 'Time', run: toggleLive },
  ]);
}

/** Escape leaves a row first, and then a page for the list that it belongs to. */
function stepUp(navigate: ReturnType<typeof useNavigate>): void {
  const focused = document.activeElement;
  if (focused instanceof HTMLElement && focused.dataset['row'] !== undefined) {
    focused.blur();
    return;
  }
  const section = location.pathname.split('/')[1] ?? '';
  const parent = section === 'decisions' ? '/pools' : `/${section}`;
  if (location.pathname !== parent && pages.some((page) => page.path === parent)) void navigate({ to: parent });
}

function usePageTitle(): void {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const [title, setTitle] = useState('JAEGIS');
  useEffect(() => {
    const section = pages.find((page) => page.path === `/${path.split('/')[1] ?? ''}`)?.name ?? 'JAEGIS';
    const rest = decodeURIComponent(path.split('/').slice(2).join('/'));
    setTitle(rest === '' ? `${section} · JAEGIS` : `${rest} · ${section} · JAEGIS`);
  }, [path]);
  useEffect(() => {
    document.title = title;
  }, [title]);
}
