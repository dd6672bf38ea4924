import type { AgentSummary } from '@jaegis/model';

/** What the table is asked to show. Empty lists mean everything. */
export interface AgentFilter {
  readonly search: string;
  readonly pools: readonly string[];
  readonly regions: readonly string[];
  readonly versions: readonly string[];
  readonly states: readonly string[];
}

export const sortKeys = [
  'state',
  'instanceId',
  'pool',
  'latencyP95',
  'rate',
  'errorRate',
  'queueLength',
  'cpu',
  'memoryBytes',
  'tokensRate',
  'costRate',
  'score',
  'version',
  'region',
  'lastSeen',
] as const;
export type SortKey = (typeof sortKeys)[number];
export interface Sort {
  readonly key: SortKey;
  readonly isDescending: boolean;
}

/** One word for both axes: connectivity where it is not live, health where it is. */
export type AgentState = 'lost' | 'suspect' | 'unhealthy' | 'degraded' | 'unknown' | 'healthy' | 'stopped';
/** Worst first, which is the order of the table unless told otherwise. */
export const agentStates: readonly AgentState[] = [
  'lost',
  'unhealthy',
  'suspect',
  'degraded',
  'unknown',
  'healthy',
  'stopped',
];

export function agentState(agent: Pick<AgentSummary, 'connectivity' | 'health'>): AgentState {
  return agent.connectivity === 'live' ? agent.health : agent.connectivity;
}

/** `-latencyP95` in the URL. The default, worst state first, is not written. */
export function parseSort(text: string | undefined): Sort {
  const isDescending = text?.startsWith('-') ?? false;
  const key = sortKeys.find((each) => each === (isDescending ? text?.slice(1) : text));
  return key === undefined ? { key: 'state', isDescending: false } : { key, isDescending };
}

export function writeSort(sort: Sort): string | undefined {
  if (sort.key === 'state' && !sort.isDescending) return undefined;
  return `${sort.isDescending ? '-' : ''}${sort.key}`;
}

/** A click on a column's head: numbers start with the largest, words with A; a second click turns it round. */
export function nextSort(sort: Sort, key: SortKey): Sort {
  if (sort.key === key) return { key, isDescending: !sort.isDescending };
  return { key, isDescending: !['state', 'instanceId', 'pool', 'version', 'region'].includes(key) };
}

/** Indexes of the rows that pass, in order. Ties are in the order of names; a missing number is always last. */
export function viewOf(rows: readonly AgentSummary[], filter: AgentFilter, sort: Sort): Uint32Array {
  const passed = new Uint32Array(rows.length);
  const passes = passFor(filter);
  let count = 0;
  for (let i = 0; i < rows.length; i++) if (passes(rows[i]!)) passed[count++] = i;
  return passed.subarray(0, count).sort(orderOf(rows, sort));
}

function passFor(filter: AgentFilter): (row: AgentSummary) => boolean {
  const words = filter.search.toLowerCase().split(/\s+/).filter(Boolean);
  const pools = new Set(filter.pools);
  const regions = new Set(filter.regions);
  const versions = new Set(filter.versions);
  const states = new Set(filter.states);
  return (row) =>
    (pools.size === 0 || pools.has(row.pool)) &&
    (regions.size === 0 || regions.has(row.region)) &&
    (versions.size === 0 || versions.has(row.version)) &&
    (states.size === 0 || states.has(agentState(row))) &&
    words.every(
      (word) =>
        row.instanceId.toLowerCase().includes(word) ||
        row.pool.toLowerCase().includes(word) ||
        row.reason.toLowerCase().includes(word),
    );
}

function orderOf(rows: readonly AgentSummary[], sort: Sort): (a: number, b: number) => number {
  const sign = sort.isDescending ? -1 : 1;
  const byName = (a: number, b: number) => compareText(rows[a]!.instanceId, rows[b]!.instanceId);
  const { key } = sort;
  if (key === 'instanceId' || key === 'pool' || key === 'version' || key === 'region') {
    return (a, b) => sign * compareText(rows[a]![key], rows[b]![key]) || byName(a, b);
  }
  const keys = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    keys[i] = key === 'state' ? agentStates.indexOf(agentState(row)) * 1_000 + row.score : (row[key] ?? Number.NaN);
  }
  return (a, b) => {
    const x = keys[a]!;
    const y = keys[b]!;
    if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y)) || byName(a, b);
    return sign * (x - y) || byName(a, b);
  };
}

// `reader-10` after `reader-9`: numbers are padded once a name, so that a sort of 10,000 compares plain text.
const padded = new Map<string, string>();
const keptNames = 50_000;

function naturalKey(text: string): string {
  const known = padded.get(text);
  if (known !== undefined) return known;
  if (padded.size >= keptNames) padded.clear();
  const key = text.toLowerCase().replace(/\d+/g, (digits) => digits.padStart(12, '0'));
  padded.set(text, key);
  return key;
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const x = naturalKey(a);
  const y = naturalKey(b);
  return x === y ? (a < b ? -1 : 1) : x < y ? -1 : 1;
}

/** How many rows each value of a facet has, most first. */
export function countBy(
  rows: readonly AgentSummary[],
  facetOf: (row: AgentSummary) => string,
): { value: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const value = facetOf(row);
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || compareText(a.value, b.value));
}
