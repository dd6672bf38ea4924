import type { AgentSummary, Pool } from '@jaegis/model';
import { expect, test } from 'vitest';
import { paletteEntries } from './palette-entries.ts';

const agents = ['reader-1', 'reader-2', 'team a/x?y'].map(
  (instanceId) => ({ instanceId, connectivity: 'live', health: 'healthy' }) as AgentSummary,
);
const pools = [{ name: 'research/reader', currentReplicas: { ready: 2 } } as Pool];
const source = { agents, pools, incidents: [], commands: [] };

test('without words the pages are offered, and no agents', () => {
  const entries = paletteEntries('', source);
  expect(entries.slice(0, 6).every((entry) => entry.kind === 'page')).toBe(true);
  expect(entries.some((entry) => entry.kind === 'agent')).toBe(false);
});

test('finds agents and pools', () => {
  const titles = paletteEntries('reader', source).map((entry) => entry.title);
  expect(titles).toContain('reader-2');
  expect(titles).toContain('research/reader');
});

test('a verb offers the command for each agent that fits', () => {
  const entries = paletteEntries('drain reader-2', source);
  expect(entries[0]).toMatchObject({ title: 'Drain reader-2', href: '/agents/reader-2?command=drain' });
});

test('names with odd letters make safe addresses', () => {
  expect(paletteEntries('team', source)[0]?.href).toBe('/agents/team%20a/x%3Fy');
});
