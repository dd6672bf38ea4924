import type { AgentCommandKind, AgentSummary, Incident, Pool } from '@jaegis/model';
import { matchText } from './match-text.ts';
import { pages } from './pages.ts';

/** One line of the palette. `href` is opened; `run` is done. */
export interface PaletteEntry {
  readonly id: string;
  readonly kind: 'page' | 'agent' | 'pool' | 'incident' | 'command';
  readonly title: string;
  readonly hint: string;
  readonly href?: string;
  readonly run?: () => void;
}

export interface PaletteSource {
  readonly agents: readonly AgentSummary[];
  readonly pools: readonly Pool[];
  readonly incidents: readonly Incident[];
  readonly commands: readonly PaletteEntry[];
}

const verbs: readonly { readonly word: string; readonly kind: AgentCommandKind }[] = [
  { word: 'drain', kind: 'drain' },
  { word: 'restart', kind: 'restart' },
  { word: 'pause', kind: 'pause' },
  { word: 'kill', kind: 'kill' },
];
const shown = 40;

export const pathOf = (section: 'agents' | 'pools' | 'incidents', id: string): string =>
  `/${section}/${encodeURIComponent(id).replaceAll('%2F', '/')}`;

/** What fits the words, best first. `drain reader` offers to drain each agent that fits `reader`. */
export function paletteEntries(query: string, source: PaletteSource): PaletteEntry[] {
  const [firstWord = '', ...others] = query.trim().split(/\s+/);
  const verb = verbs.find((each) => each.word === firstWord.toLowerCase());
  if (verb !== undefined) return commandEntries(verb, others.join(' '), source.agents);
  const found: { entry: PaletteEntry; score: number }[] = [];
  const offer = (entry: PaletteEntry, bonus: number) => {
    const score = matchText(query, entry.title);
    if (score > 0) found.push({ entry, score: score + bonus });
  };
  for (const page of pages)
    offer({ id: `page:${page.path}`, kind: 'page', title: page.name, hint: `g ${page.key}`, href: page.path }, 60);
  for (const command of source.commands) offer(command, 30);
  for (const incident of source.incidents) {
    if (incident.state !== 'resolved')
      offer(
        {
          id: `incident:${incident.id}`,
          kind: 'incident',
          title: incident.title,
          hint: incident.state,
          href: pathOf('incidents', incident.id),
        },
        20,
      );
  }
  for (const pool of source.pools)
    offer(
      {
        id: `pool:${pool.name}`,
        kind: 'pool',
        title: pool.name,
        hint: `${pool.currentReplicas.ready} ready`,
        href: pathOf('pools', pool.name),
      },
      20,
    );
  // Without words there is no reason to offer the first forty of ten thousand agents.
  if (query.trim() !== '') for (const agent of source.agents) offer(agentEntry(agent), 0);
  return found
    .sort((a, b) => b.score - a.score)
    .slice(0, shown)
    .map((each) => each.entry);
}

function agentEntry(agent: AgentSummary): PaletteEntry {
  return {
    id: `agent:${agent.instanceId}`,
    kind: 'agent',
    title: agent.instanceId,
    hint: agent.connectivity === 'live' ? agent.health : agent.connectivity,
    href: pathOf('agents', agent.instanceId),
  };
}

function commandEntries(
  verb: { word: string; kind: AgentCommandKind },
  rest: string,
  agents: readonly AgentSummary[],
): PaletteEntry[] {
  const title = verb.word.charAt(0).toUpperCase() + verb.word.slice(1);
  return agents
    .map((agent) => ({ agent, score: matchText(rest, agent.instanceId) }))
    .filter((each) => each.score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, shown)
    .map(({ agent }) => ({
      id: `${verb.kind}:${agent.instanceId}`,
      kind: 'command',
      title: `${title} ${agent.instanceId}`,
      hint: 'asks first',
      href: `${pathOf('agents', agent.instanceId)}?command=${verb.kind}`,
    }));
}
