import type { Link, Pool, PoolEffect, SignalName } from '@jaegis/model';
import { signals } from '@jaegis/model';
import { policyWords } from '@jaegis/model/policy-words';
import { formatValue } from '@jaegis/std';
import { section, sentence, titled } from './document.ts';
import { scoreCell, stateCell } from './state.ts';
import { type Cell, formatTable, type Layout } from './table.ts';
import { ago } from './time.ts';
import { tunedWords } from './tuning.ts';

/** A pool's signal with its unit; `–` when not known. */
export function poolSignal(pool: Pool, name: SignalName): string {
  return formatValue(pool.signals[name]?.value, signals[name].unit);
}

/** `3`, or `3→5` while on the way to what was decided. */
export function replicasCell(pool: Pool): Cell {
  const { ready, pending, draining } = pool.currentReplicas;
  const desired = pool.desiredReplicas;
  const extra = `${pending > 0 ? ` +${pending}` : ''}${draining > 0 ? ` -${draining}` : ''}`;
  if (desired === null || desired === ready) return { text: `${ready}${extra}` };
  return { text: `${ready}→${desired}${extra}`, tone: desired > ready ? 'warn' : 'accent' };
}

export function formatPools(pools: readonly Pool[], options: Layout & { now: number }): string {
  if (pools.length === 0)
    return 'No pools yet.\nName one under pools: in jaegis.yaml, or let an agent join({ pool: "NAME" }).\n';
  return formatTable(
    [
      { title: 'POOL', shrinkTo: 12, cut: 'middle' },
      { title: 'REPLICAS', align: 'right' },
      { title: 'RANGE', align: 'right', dropRank: 6 },
      { title: 'MODE', dropRank: 7 },
      { title: 'SCORE', align: 'right' },
      { title: 'RATE', align: 'right' },
      { title: 'P95', align: 'right', dropRank: 2 },
      { title: 'ERRORS', align: 'right', dropRank: 3 },
      { title: 'QUEUE', align: 'right', dropRank: 1 },
      { title: 'SATURATION', align: 'right', dropRank: 4 },
      { title: 'LAST DECISION', shrinkTo: 14, dropRank: 8 },
    ],
    pools.map((pool) => [
      pool.name,
      replicasCell(pool),
      pool.minReplicas === null ? 'watched' : `${pool.minReplicas}-${pool.maxReplicas}`,
      modeCell(pool),
      scoreCell(pool.score),
      poolSignal(pool, 'request_rate'),
      poolSignal(pool, 'latency_p95'),
      poolSignal(pool, 'error_rate'),
      poolSignal(pool, 'queue_length'),
      poolSignal(pool, 'saturation'),
      pool.lastDecision === null ? '–' : `${pool.lastDecision.reason}, ${ago(pool.lastDecision.at, options.now)}`,
    ]),
    options,
  );
}

/** Nothing is decided for a pool without a target, whatever its mode. */
function modeCell({ mode, target }: Pool): Cell {
  return stateCell(target === null ? 'watched' : mode);
}

function formatEffect(effect: PoolEffect): string {
  const share = (name: string, value: number | null) =>
    value === null ? '' : `${name} ${formatValue(value, 'ratio')}`;
  const measured = [
    share('accuracy', effect.accuracy),
    share('efficiency', effect.efficiency),
    share('stability', effect.stability),
    share('speed', effect.speed),
    share('short', effect.short),
  ].filter((part) => part !== '');
  const tuned = tunedWords(effect.tuned);
  const actions = `${effect.judged} ${effect.judged === 1 ? 'action' : 'actions'} judged`;
  return [measured.length === 0 ? 'nothing measured yet' : measured.join(', '), actions, ...tuned].join('; ');
}

function formatSize({ verdict, reason, cpu, memory }: Pool['size']): string {
  const wanted = [
    cpu === null ? '' : `${formatValue(cpu.target, 'cores')} CPU`,
    memory === null ? '' : formatValue(memory.target, 'bytes'),
  ].filter((part) => part !== '');
  const advice = wanted.length === 0 ? '' : `; ${wanted.join(' and ')} would do`;
  return `${verdict.replaceAll('_', ' ')}: ${reason}${verdict === 'too_small' || verdict === 'too_large' ? '' : advice}`;
}

export function formatPool(pool: Pool, options: Layout & { now: number }): string {
  const { ready, pending, draining } = pool.currentReplicas;
  const { live, suspect, lost, stopped } = pool.agents;
  const wanted = pool.desiredReplicas === null ? '' : `, ${pool.desiredReplicas} wanted`;
  const range = pool.minReplicas === null ? '' : ` (${pool.minReplicas} to ${pool.maxReplicas})`;
  const pairs: [string, string][] = [
    ['Replicas', `${ready} ready, ${pending} pending, ${draining} draining${wanted}${range}`],
    ['Agents', `${live} live, ${suspect} suspect, ${lost} lost, ${stopped} stopped`],
    ['Target', pool.target ?? 'none: this pool is only watched'],
  ];
  for (const name of Object.keys(pool.signals) as SignalName[]) {
    const value = pool.signals[name];
    if (value === undefined || signals[name] === undefined) continue;
    const age = value.value === null ? '' : `  (${ago(value.at, options.now)})`;
    pairs.push([name, `${formatValue(value.value, signals[name].unit)}${age}`]);
  }
  if (pool.effect !== null) pairs.push(['Effect', formatEffect(pool.effect)]);
  const vertical = pool.vertical === null ? '' : `; ${pool.vertical.reason}`;
  pairs.push(['Size of one', formatSize(pool.size) + vertical]);
  if (pool.capacity !== null) pairs.push(['Capacity', pool.capacity.reason]);
  if (pool.workload !== null) pairs.push(['Workload', `${pool.workload.class}: ${pool.workload.reason}`]);
  if (pool.treatment != null) pairs.push(['Sizing', pool.treatment]);
  if (pool.regions.length > 0)
    pairs.push([
      'Regions',
      pool.regions
        .map(({ name, replicas, desired, reason }) => {
          const count = replicas === desired ? `${replicas}` : `${replicas}→${desired}`;
          return `${name} ${count} (${reason})`;
        })
        .join('; '),
    ]);
  if (pool.policy !== null) pairs.push(['Policy', `${pool.policy.name}: ${policyWords(pool.policy)}`]);
  if (pool.constraints.length > 0) pairs.push(['Always', pool.constraints.join('; ')]);
  if (pool.lastDecision !== null)
    pairs.push([
      'Last decision',
      `${pool.lastDecision.id}, ${ago(pool.lastDecision.at, options.now)}: ${pool.lastDecision.message}`,
    ]);
  const lines = [
    titled(pool.name, [modeCell(pool), `score ${Math.round(pool.score)}`], options),
    ...pool.reasons.map((reason) => sentence(`- ${reason}`, options)),
    '',
    section(pairs, options),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

export function formatLinks(links: readonly Link[], options: Layout & { now: number }): string {
  if (links.length === 0)
    return 'No links yet.\nSpans sent to port 4317 or 4318 make them, or links: in jaegis.yaml.\n';
  return formatTable(
    [
      { title: 'SOURCE', shrinkTo: 12, cut: 'middle' },
      { title: 'TARGET', shrinkTo: 12, cut: 'middle' },
      { title: 'KIND', dropRank: 3 },
      { title: 'RATE', align: 'right' },
      { title: 'ERRORS', align: 'right' },
      { title: 'P50', align: 'right', dropRank: 2 },
      { title: 'P95', align: 'right' },
      { title: 'SEEN', align: 'right', dropRank: 1 },
    ],
    links.map((link) => [
      link.source,
      link.target,
      link.kind,
      formatValue(link.rate, '1/s'),
      {
        text: formatValue(link.errorRate, 'ratio'),
        tone: link.errorRate >= 0.05 ? 'bad' : link.errorRate > 0 ? 'warn' : 'plain',
      },
      formatValue(link.p50, 'seconds'),
      formatValue(link.p95, 'seconds'),
      ago(link.lastSeen, options.now),
    ]),
    options,
  );
}
