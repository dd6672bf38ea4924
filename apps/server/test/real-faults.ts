/**
 * Seeded faults in the running example fleet: `npm run bench -- faults --real [--faults=16] [--seed=1] [--warm-up=4m] [--quiet=4m] [--kinds=slow,stuck]`.
 * The built server with the fleet as it is shipped; all is done and seen from outside: faults through the agents' own
 * control ports, alerts on the event stream. A round has each of the eight kinds once, in drawn order on drawn pools, one at
 * a time: until its alert or `faultMs`, then it heals and the fleet has `healMs`. A fault is noticed when an alert fires on
 * its agent or on its whole pool. Alarms count as false before the first fault (`--warm-up`) and after the last one
 * (`--quiet`; with `--faults=0` that is all), but those after the machine stood still on their own; what fires elsewhere during a
 * fault, or while its delayed work comes out, may be its symptom and is only printed. What was done is kept, so an interrupted
 * run goes on with what is left.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  cliPath,
  discard,
  followEvents,
  getJson,
  KeptResults,
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
const quietPieceMs = 5 * 60_000;
/** A turn of half a second that takes longer than this: the machine stood still. */
const stillMs = 5_000;
/** What a stand-still leaves behind (requests of a minute, a fleet that catches up) is over by then. */
const thawMs = 120_000;
/** A hog wants seven tenths of a core; a machine that gives it less than this has no hog. */
const leastHogShare = 0.25;
/** By then it is seen. */
const hogSeenMs = 30_000;
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

/** An alarm that began while no fault was made. */
interface QuietAlarm {
  /** Milliseconds into its quiet stretch. */
  readonly afterMs: number;
  readonly what: string;
  /** The machine had stood still shortly before: it says so, it is no alarm without a reason. */
  readonly afterStandStill: boolean;
}

interface QuietStretch {
  readonly ms: number;
  readonly stoodStillMs: number;
  readonly alarms: readonly QuietAlarm[];
}

type Kept = { readonly fault: FaultOutcome } | { readonly quiet: QuietStretch };

export async function runRealFaults(o: { quick: boolean; args: readonly string[] }) {
  const flag = (name: string) => o.args.find((each) => each.startsWith(`--${name}=`))?.split('=')[1];
  const seed = Number(flag('seed') ?? 1);
  const warmUpMs = parseDurationMs(flag('warm-up') ?? '4m') ?? 0;
  const lastQuietMs = parseDurationMs(flag('quiet') ?? '4m') ?? 0;
  const kinds = flag('kinds')?.split(',') ?? faultKinds;
  const known = faultKinds.filter((kind) => kinds.includes(kind));
  if (known.length === 0)
    throw new Error(`Cannot make faults: --kinds is ${kinds.join(',')}, must be of ${faultKinds.join(', ')}`);
  const plan = drawPlan(seed, Number(flag('faults') ?? (o.quick ? 8 : 16)), (kind) => known.includes(kind));
  const kept = new KeptResults<Kept>(join(process.cwd(), '.cache/bench/real-faults'), cliPath);
  const keyOf = (what: string) => `seed ${seed}, ${known.join(' ')}, ${warmUpMs} ms, ${what}`;
  const faultOf = (i: number) => kept.get(keyOf(`fault ${i}`));
  const left = plan.flatMap((fault, i) => (faultOf(i) === undefined ? [{ ...fault, i }] : []));
  const quietMs = () => quietStretches(kept, keyOf).reduce((sum, { ms }) => sum + ms, 0);
  if (left.length > 0 || quietMs() < lastQuietMs) {
    const server = await startServerProcess({
      configPath: join(process.cwd(), 'examples/research-fleet/jaegis.yaml'),
      flags: ['--log-level', 'warn'],
    });
    const stream = followEvents(server.url);
    const interrupted = () => void discard(server).finally(() => process.exit(1));
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupted);
    // In pieces, so that what was interrupted counts as far as it came.
    const quiet = async (ms: number) => {
      for (let leftMs = ms; leftMs > 0; leftMs -= quietPieceMs) {
        const stretch = await watchQuiet(stream.events, Math.min(leftMs, quietPieceMs));
        kept.set(keyOf(`quiet ${quietStretches(kept, keyOf).length}`), { quiet: stretch });
      }
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
        kept.set(keyOf(`fault ${fault.i}`), { fault: { ...tried, kind: fault.kind, seed } });
        await awake(healMs);
      }
      await quiet(lastQuietMs);
    } finally {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, interrupted);
      stream.close();
      await discard(server);
    }
  }
  const outcomes = plan.flatMap((_, i) => {
    const found = faultOf(i);
    return found !== undefined && 'fault' in found ? [found.fault] : [];
  });
  return {
    title: `Seeded faults in the running example fleet, seed ${seed}, ${formatDuration(warmUpMs)} after its start (share with an alert on the agent or its pool)`,
    rows: [...faultRows(outcomes), ...quietRows(quietStretches(kept, keyOf))],
  };
}

/**
 * Makes the fault, waits for its alert, ends it, and waits until the agent is there again. `undefined` when the machine stood
 * still meanwhile (others measure, a lid closes), the agent was scaled away before anyone noticed, and the fault with it, or a
 * busy machine gave a hog no CPU: nothing is said by that.
 */
async function tryFault(
  server: RunningServer,
  events: readonly SeenEvent[],
  { kind, pool }: PlannedFault,
): Promise<Pick<FaultOutcome, 'delayMs' | 'by'> | undefined> {
  // What still fires there cannot begin to.
  const isCalm = () => !stillFires(events, `research/${pool}`);
  await until(isCalm, { what: 'earlier alerts to end', timeoutMs: 180_000 }).catch(() => {});
  const agent = await until(async () => (await agentsOf(server, pool))[0], {
    what: `an agent of ${pool} to be live`,
    timeoutMs: 60_000,
  });
  const from = Date.now();
  const cpuMsBefore = cpuMsOf(agent);
  if (!(await trouble(agent, troubleOf[kind]))) return undefined;
  const isIts = ({ agent: id, pool: of }: Alert) => id === agent.instanceId || (id === null && of === agent.pool);
  const isNoticed = () => firing(events, from).find(({ data }) => isIts(data));
  const shareNow = () => (cpuMsOf(agent) - cpuMsBefore) / (Date.now() - from);
  const isHopeless = () => kind === 'hog' && Date.now() - from > hogSeenMs && shareNow() < leastHogShare;
  const stoodStillMs = await awake(faultMs, { isOver: () => isNoticed() !== undefined || isHopeless() });
  const seen = isNoticed();
  const delayMs = seen === undefined ? null : seen.at - from;
  const elsewhere = firing(events, from).filter(({ data }) => !isIts(data));
  const name = `${faultNames[kind]} of ${agent.instanceId}`;
  const share = shareNow();
  const isStarved = kind === 'hog' && share < leastHogShare;
  let saysNothing = stoodStillMs > 0 || isStarved;
  if (stoodStillMs > 0) console.error(`${name}: once more, the machine stood still for ${stoodStillMs} ms`);
  else if (isStarved) console.error(`${name}: once more, the machine gave it ${Math.round(100 * share)} % of a core`);
  else if (seen === undefined) {
    expectStream(events);
    const now = await getJson<Agent>(`${server.url}/api/fleet/agents/${agent.instanceId}`);
    saysNothing = now.connectivity === 'stopped';
    console.error(
      saysNothing
        ? `${name}: once more, it was scaled away`
        : `${name}: not noticed; it is ${now.health} (${now.score}): ${now.reasons.join('; ')}`,
    );
  } else console.error(`${name}: ${Math.round((seen.at - from) / 1_000)} s, ${spokenAlert(seen)}`);
  for (const each of elsewhere) console.error(`  elsewhere: ${spokenAlert(each)}`);
  await trouble(agent, 'calm');
  await until(async () => (await agentsOf(server, pool)).length > 0, {
    what: `${pool} to be back`,
    timeoutMs: 120_000,
  });
  const by = seen === undefined ? '' : `${seen.data.kind} ${seen.data.signal ?? ''}`.trim();
  return saysNothing ? undefined : { delayMs, by };
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

/** CPU that its process has used, milliseconds; NaN where the system does not tell. */
function cpuMsOf({ labels }: Agent): number {
  try {
    const fields = readFileSync(`/proc/${labels['process.pid']}/stat`, 'utf8').split(') ')[1]!.split(' ');
    return 10 * (Number(fields[11]) + Number(fields[12]));
  } catch {
    return Number.NaN;
  }
}

/** Whether it was made. A hung agent never answers, and one that has leaked is gone: neither is waited for. */
async function trouble(agent: Agent, kind: string): Promise<boolean> {
  const headers = { 'x-jaegis-trouble': 'yes' };
  const signal = AbortSignal.timeout(2_000);
  return postJson(`${agent.labels['agent.url']}/trouble`, { kind }, { headers, signal }).then(
    ({ ok }) => ok,
    () => false,
  );
}

function quietStretches(kept: KeptResults<Kept>, keyOf: (what: string) => string): QuietStretch[] {
  const found: QuietStretch[] = [];
  for (let n = 0; ; n++) {
    const each = kept.get(keyOf(`quiet ${n}`));
    if (each === undefined || !('quiet' in each)) return found;
    found.push(each.quiet);
  }
}

/** Watches without a fault; what alarms meanwhile is kept with when it did. */
async function watchQuiet(events: readonly SeenEvent[], ms: number): Promise<QuietStretch> {
  const from = Date.now();
  const stills: number[] = [];
  const stoodStillMs = await awake(ms, { stoodStill: (until) => stills.push(until) });
  expectStream(events);
  const alarms = firing(events, from).map((alarm) => ({
    afterMs: alarm.at - from,
    what: spokenAlert(alarm),
    afterStandStill: stills.some((still) => alarm.at >= still - stillMs && alarm.at - still < thawMs),
  }));
  for (const { afterMs, what, afterStandStill } of alarms)
    console.error(`${afterStandStill ? 'after a stand-still' : 'false alarm'} (${formatDuration(afterMs)}): ${what}`);
  return { ms, stoodStillMs, alarms };
}

/** Hours are counted through all quiet stretches, one after the other. */
function quietRows(stretches: readonly QuietStretch[]) {
  const hours = new Set<number>();
  const causeless: string[] = [];
  let beforeMs = 0;
  for (const { ms, alarms } of stretches) {
    for (const { afterMs, what, afterStandStill } of alarms)
      if (!afterStandStill) {
        hours.add(Math.floor((beforeMs + Math.min(afterMs, ms)) / 3_600_000));
        causeless.push(what);
      }
    beforeMs += ms;
  }
  const thawed = stretches.reduce((sum, { alarms }) => sum + alarms.filter((each) => each.afterStandStill).length, 0);
  const stoodMs = stretches.reduce((sum, { stoodStillMs }) => sum + stoodStillMs, 0);
  const note = [
    `${causeless.length} alarms in ${formatDuration(beforeMs)}`,
    causes(causeless),
    stoodMs === 0 ? '' : `the machine stood still for ${formatDuration(stoodMs)} more, ${thawed} alarms after that`,
  ];
  return [
    {
      name: 'hours without a fault that had an alarm',
      value: hours.size,
      unit: '',
      note: note.filter((each) => each !== '').join('; '),
    },
  ];
}

/** Waits for so long, without the time that the machine stood still, which it gives; or until `isOver`. */
async function awake(
  ms: number,
  o: { isOver?: () => boolean; stoodStill?: (until: number) => void } = {},
): Promise<number> {
  let left = ms;
  let stood = 0;
  for (let before = Date.now(); left > 0 && o.isOver?.() !== true; before = Date.now()) {
    await new Promise((resolve) => setTimeout(resolve, Math.min(500, left)));
    const took = Date.now() - before;
    if (took > stillMs) {
      stood += took;
      o.stoodStill?.(Date.now());
    } else left -= took;
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
