/**
 * Seeded faults in the running example fleet: `npm run bench -- faults --real [--faults=16] [--seed=1] [--warm-up=4m] [--kinds=slow,stuck]`.
 * The built server with the fleet as it is shipped; all is done and seen from outside: faults through the agents' own
 * control ports, alerts on the event stream. A round has each of the eight kinds once, in drawn order on drawn pools, one at
 * a time: until its alert or `faultMs`, then it heals and the fleet has `healMs`. A fault is noticed when an alert fires on
 * its agent or on its whole pool. Alarms count as false before the first fault and in the minutes after the last one; what
 * fires elsewhere during a fault, or while its delayed work comes out, may be its symptom and is only printed. What was done is
 * kept, so an interrupted run goes on with the faults that are left.
 */
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  cliPath,
  discard,
  followEvents,
  getJson,
  postJson,
  type RunningServer,
  type SeenEvent,
  startServerProcess,
  until,
} from '@jaegis/bench';
import type { Agent, Alert } from '@jaegis/model';
import { namedRng } from '@jaegis/simulator';
import { formatDuration, parseDurationMs } from '@jaegis/std';
import {
  causes,
  drawnOrder,
  type FaultName,
  type FaultOutcome,
  faultKinds,
  faultNames,
  faultRows,
} from './fault-outcomes.ts';

const pools = ['planner', 'searcher', 'reader', 'writer'];
/** What the agents call the kinds of faults. */
const troubleOf: Readonly<Record<FaultName, string>> = {
  slow: 'slow',
  errors: 'errors',
  hog: 'hog',
  leak: 'leak',
  hang: 'hang',
  stuck: 'stall',
  silent: 'silent',
  loop: 'loop',
};
const faultMs = 120_000;
const healMs = 45_000;
const lastQuietMs = 4 * 60_000;
/** A turn of half a second that takes longer than this: the machine stood still. */
const stillMs = 5_000;
/** So many times a fault is made again for that. */
const mostAgain = 4;

interface PlannedFault {
  readonly kind: FaultName;
  readonly pool: string;
}

/** Never two in a row on one pool: what a fault leaves behind there is no matter of the next one. */
function drawPlan(seed: number, count: number, isWanted: (kind: FaultName) => boolean): PlannedFault[] {
  const rng = namedRng(seed, 'real-faults');
  const plan: PlannedFault[] = [];
  while (plan.length < count)
    for (const kind of drawnOrder(rng).filter(isWanted))
      plan.push({ kind, pool: rng.pick(pools.filter((pool) => pool !== plan.at(-1)?.pool)) });
  return plan.slice(0, count);
}

interface Kept {
  readonly outcomes: Record<string, FaultOutcome>;
  quietMs: number;
  readonly falseAlarms: string[];
}

export async function runRealFaults(o: { quick: boolean; args: readonly string[] }) {
  const flag = (name: string) => o.args.find((each) => each.startsWith(`--${name}=`))?.split('=')[1];
  const seed = Number(flag('seed') ?? 1);
  const warmUpMs = parseDurationMs(flag('warm-up') ?? '4m') ?? 0;
  const kinds = flag('kinds')?.split(',') ?? faultKinds;
  const known = faultKinds.filter((kind) => kinds.includes(kind));
  if (known.length === 0)
    throw new Error(`Cannot make faults: --kinds is ${kinds.join(',')}, must be of ${faultKinds.join(', ')}`);
  const plan = drawPlan(seed, Number(flag('faults') ?? (o.quick ? 8 : 16)), (kind) => known.includes(kind));
  const keptIn = keptFile();
  const run = `seed ${seed}, ${known.join(' ')}, ${warmUpMs} ms`;
  const kept = readKept(keptIn, run);
  const left = plan.flatMap((fault, i) => (`${i}` in kept.outcomes ? [] : [{ ...fault, i }]));
  if (left.length > 0) {
    const server = await startServerProcess({
      configPath: join(process.cwd(), 'examples/research-fleet/jaegis.yaml'),
      flags: ['--log-level', 'warn'],
    });
    const stream = followEvents(server.url);
    const interrupted = () => void discard(server).finally(() => process.exit(1));
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupted);
    const keep = (line: object) => appendFileSync(keptIn, `${JSON.stringify({ run, ...line })}\n`);
    const quiet = async (ms: number) => {
      const from = Date.now();
      await awake(ms);
      expectStream(stream.events);
      const alarms = firing(stream.events, from).map(spokenAlert);
      for (const alarm of alarms) console.error(`false alarm: ${alarm}`);
      keep({ quietMs: ms, alarms });
      kept.quietMs += ms;
      kept.falseAlarms.push(...alarms);
    };
    try {
      const isLive = async () => (await agentsOf(server)).length >= 6;
      await until(isLive, { what: 'the fleet to be live', timeoutMs: 90_000 });
      await quiet(warmUpMs);
      for (const fault of left) {
        let tried = await tryFault(server, stream.events, fault);
        for (let again = 0; tried === undefined && again < mostAgain; again++) {
          await awake(healMs);
          tried = await tryFault(server, stream.events, fault);
        }
        if (tried === undefined) continue;
        const outcome = { ...tried, kind: fault.kind, seed };
        kept.outcomes[`${fault.i}`] = outcome;
        keep({ i: fault.i, outcome });
        await awake(healMs);
      }
      await quiet(lastQuietMs);
    } finally {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, interrupted);
      stream.close();
      await discard(server);
    }
  }
  const alarmed = kept.falseAlarms.length;
  return {
    title: `Seeded faults in the running example fleet, seed ${seed}, ${formatDuration(warmUpMs)} after its start (share with an alert on the agent or its pool)`,
    rows: [
      ...faultRows(plan.flatMap((_, i) => kept.outcomes[`${i}`] ?? [])),
      {
        name: 'alarms while nothing was wrong',
        value: alarmed,
        unit: '',
        note: `in ${formatDuration(kept.quietMs)}${alarmed === 0 ? '' : `; ${causes(kept.falseAlarms)}`}`,
      },
    ],
  };
}

/**
 * Makes the fault, waits for its alert, ends it, and waits until the agent is there again. `undefined` when the machine stood
 * still meanwhile (others measure, a lid closes): nothing is said by that.
 */
async function tryFault(
  server: RunningServer,
  events: readonly SeenEvent[],
  { kind, pool }: PlannedFault,
): Promise<Pick<FaultOutcome, 'delayMs' | 'by'> | undefined> {
  const agent = await until(async () => (await agentsOf(server, pool))[0], {
    what: `an agent of ${pool} to be live`,
    timeoutMs: 60_000,
  });
  // What still fires there cannot begin to.
  await until(() => !stillFires(events, agent.pool), { what: 'earlier alerts to end', timeoutMs: 180_000 }).catch(
    () => {},
  );
  const from = Date.now();
  await trouble(agent, troubleOf[kind]);
  const isIts = ({ agent: id, pool: of }: Alert) => id === agent.instanceId || (id === null && of === agent.pool);
  const isNoticed = () => firing(events, from).find(({ data }) => isIts(data));
  const stoodStillMs = await awake(faultMs, () => isNoticed() !== undefined);
  const seen = isNoticed();
  const delayMs = seen === undefined ? null : seen.at - from;
  const elsewhere = firing(events, from).filter(({ data }) => !isIts(data));
  const name = `${faultNames[kind]} of ${agent.instanceId}`;
  if (stoodStillMs > 0) console.error(`${name}: once more, the machine stood still for ${stoodStillMs} ms`);
  else if (seen === undefined) {
    expectStream(events);
    const { health, score, reasons } = await getJson(`${server.url}/api/fleet/agents/${agent.instanceId}`);
    console.error(`${name}: not noticed; it is ${health} (${score}): ${reasons.join('; ')}`);
  } else console.error(`${name}: ${Math.round((seen.at - from) / 1_000)} s, ${spokenAlert(seen)}`);
  for (const each of elsewhere) console.error(`  elsewhere: ${spokenAlert(each)}`);
  await trouble(agent, 'calm');
  await until(async () => (await agentsOf(server, pool)).length > 0, {
    what: `${pool} to be back`,
    timeoutMs: 120_000,
  });
  const by = seen === undefined ? '' : `${seen.data.kind} ${seen.data.signal ?? ''}`.trim();
  return stoodStillMs > 0 ? undefined : { delayMs, by };
}

function agentsOf(server: RunningServer, pool?: string): Promise<Agent[]> {
  const of = pool === undefined ? '' : `&pool=${encodeURIComponent(`research/${pool}`)}`;
  const url = `${server.url}/api/fleet/agents?connectivity=live${of}`;
  // A request that a busy machine lost is asked again by whoever waits.
  return getJson<{ items: Agent[] }>(url).then(
    ({ items }) => items,
    () => [],
  );
}

/** Alerts that began to fire from then on, each once. */
function firing(events: readonly SeenEvent[], from: number): (SeenEvent & { readonly data: Alert })[] {
  const told = new Set<string>();
  return events.filter(({ event, at, data }) => {
    if (event !== 'alert' || at < from || data.state !== 'firing' || data.severity === 'info') return false;
    if (data.firedAt < from || told.has(data.id)) return false;
    told.add(data.id);
    return true;
  });
}

function spokenAlert({ data }: { readonly data: Alert }): string {
  return `${data.agent ?? data.pool}: ${data.kind} ${data.signal ?? ''} (${data.reason})`;
}

/** A hung agent never answers, and one that has leaked is gone: neither is waited for. */
async function trouble(agent: Agent, kind: string): Promise<void> {
  const headers = { 'x-jaegis-trouble': 'yes' };
  const signal = AbortSignal.timeout(2_000);
  await postJson(`${agent.labels['agent.url']}/trouble`, { kind }, { headers, signal }).catch(() => {});
}

/** Beside the suite's bundle; another build begins anew. */
function keptFile(): string {
  const program = createHash('sha256').update(readFileSync(cliPath)).digest('hex').slice(0, 16);
  return join(process.cwd(), '.cache/bench', `real-faults.${program}.ndjson`);
}

function readKept(file: string, run: string): Kept {
  const kept: Kept = { outcomes: {}, quietMs: 0, falseAlarms: [] };
  if (!existsSync(file)) return kept;
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (!line.endsWith('}')) continue;
    const each = JSON.parse(line);
    if (each.run !== run) continue;
    if (each.outcome !== undefined) kept.outcomes[each.i] = each.outcome;
    else {
      kept.quietMs += each.quietMs;
      kept.falseAlarms.push(...each.alarms);
    }
  }
  return kept;
}

/** Waits for so long, without the time that the machine stood still, which it gives; or until `isOver`. */
async function awake(ms: number, isOver: () => boolean = () => false): Promise<number> {
  let left = ms;
  let stood = 0;
  for (let before = Date.now(); left > 0 && !isOver(); before = Date.now()) {
    await new Promise((resolve) => setTimeout(resolve, Math.min(500, left)));
    const took = Date.now() - before;
    if (took > stillMs) stood += took;
    else left -= took;
  }
  return stood;
}

/** There is an event each five seconds. Without the stream nothing would be noticed, and nothing be wrong. */
function expectStream(events: readonly SeenEvent[]): void {
  const ago = Date.now() - (events.at(-1)?.at ?? 0);
  if (ago > 60_000)
    throw new Error(
      `Cannot watch alerts: the last event came ${ago} ms ago, must be some seconds; start again to go on`,
    );
}

/** Whether an alert on the pool has begun and not ended. */
function stillFires(events: readonly SeenEvent[], pool: string): boolean {
  const states = new Map<string, string>();
  for (const { event, data } of events)
    if (event === 'alert' && data.pool === pool && data.severity !== 'info') states.set(data.id, data.state);
  return [...states.values()].includes('firing');
}
