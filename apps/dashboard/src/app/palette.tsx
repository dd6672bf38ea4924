// biome-ignore-all lint/a11y: a combobox with its list as ARIA has it: the field keeps the focus and takes the keys
import { useQuery } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import { incidentsQuery, poolsQuery } from '../data/queries.ts';
import { useAgentRows } from '../data/use-agent-rows.ts';
import { useRangeActions, useTimeRange } from '../time/use-window.ts';
import { Dialog } from '../widgets/dialog.tsx';
import { type PaletteEntry, paletteEntries } from './palette-entries.ts';
import { toggleTheme } from './theme.ts';

const kindWords: Readonly<Record<PaletteEntry['kind'], string>> = {
  page: 'Page',
  agent: 'Agent',
  pool: 'Pool',
  incident: 'Incident',
  command: 'Do',
};

/** Finds anything and does anything: pages, agents, pools, incidents, commands. */
export function Palette({ onClose }: { onClose: () => void }) {
  const router = useRouter();
  const [query, setQuery] = useState('');
  const [active, setActive] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const { rows, version } = useAgentRows();
  const pools = useQuery(poolsQuery).data?.items;
  const incidents = useQuery(incidentsQuery).data?.items;
  const commands = useCommands();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the rows are one array that is changed in place; `version` says when
  const entries = useMemo(
    () => paletteEntries(query, { agents: rows, pools: pools ?? [], incidents: incidents ?? [], commands }),
    [query, version, pools, incidents, commands],
  );

  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: 'nearest' });
  }, [active]);

  const open = (entry: PaletteEntry | undefined) => {
    if (entry === undefined) return;
    onClose();
    if (entry.href !== undefined) {
      const kept = new URLSearchParams(location.search);
      const [path = '/', own = ''] = entry.href.split('?');
      const search = new URLSearchParams(own);
      for (const name of ['range', 'from', 'to']) if (kept.has(name)) search.set(name, kept.get(name) ?? '');
      const text = search.toString();
      router.history.push(text === '' ? path : `${path}?${text}`);
    } else entry.run?.();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      setActive((now) => (entries.length === 0 ? 0 : (now + step + entries.length) % entries.length));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      open(entries[active]);
    }
  };
  return (
    <Dialog title="Find anything" onClose={onClose} className="palette">
      <input
        className="field palette-field"
        type="text"
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={entries[active] === undefined ? undefined : `palette-${active}`}
        aria-label="Pages, agents, pools, incidents, commands"
        placeholder="A name, or: drain, restart, pause, kill and a name"
        data-focus=""
        value={query}
        onChange={(event) => {
          setQuery(event.target.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
      />
      <ul className="palette-list" id="palette-list" role="listbox" aria-label="Found" ref={list}>
        {entries.map((entry, index) => (
          <li
            key={entry.id}
            id={`palette-${index}`}
            role="option"
            aria-selected={index === active}
            onClick={() => open(entry)}
            onPointerMove={() => setActive(index)}
          >
            <span className="palette-kind faint">{kindWords[entry.kind]}</span>
            <span className="cut grow">{entry.title}</span>
            <span className="faint small">{entry.hint}</span>
          </li>
        ))}
      </ul>
      {entries.length === 0 && <p className="muted palette-none">Nothing is called like that.</p>}
    </Dialog>
  );
}

function useCommands(): PaletteEntry[] {
  const { toggleLive } = useRangeActions();
  const range = useTimeRange();
  return useMemo(
    () => [
      { id: 'do:theme', kind: 'command', title: 'Switch between dark and light', hint: 't', run: toggleTheme },
      {
        id: 'do:live',
        kind: 'command',
        title: range.kind === 'live' ? 'Hold the time where it is' : 'Go back to live',
        hint: 'l',
        run: toggleLive,
      },
      {
        id: 'do:unwell',
        kind: 'command',
        title: 'Show agents that are lost or unhealthy',
        hint: '',
        href: '/agents?state=lost,unhealthy,suspect,degraded',
      },
      {
        id: 'do:api',
        kind: 'command',
        title: 'Open the API description',
        hint: '/api/docs',
        run: () => location.assign('/api/docs'),
      },
    ],
    [range, toggleLive],
  );
}
