import { DemandForecast } from '@jaegis/analytics';
import { poolConfigSchema } from '@jaegis/model';
import { createDecider } from '@jaegis/scaling';
import { seededRng } from '@jaegis/std';

// Step tests: the brain on its pipe against a fluid pool whose signals and actuator can be bent. Each starts from a calm
// load, either ten minutes of it (the controller is in charge) or four hours (the rehearsal is).

export interface StepResult {
  readonly name: string;
  /** Most wanted over most needed after the change. */
  readonly overshoot: number;
  /** Seconds from the change until what is needed (less one) is ready and wanted stays at no more than half more; null: never. */
  readonly settledS: number | null;
  /** Turns of direction within half an hour of the change, the first move not counted. */
  readonly reversals: number;
  readonly ok: boolean;
  readonly note: string;
}

type Metrics = Record<string, number | null | string>;

interface Story {
  readonly name: string;
  readonly warmS: number;
  readonly lengthS: number;
  /** Requests per second, `t` seconds after the change (negative before). */
  readonly demand: (t: number) => number;
  readonly startupS?: number;
  readonly bend?: (metrics: Metrics, t: number, random: () => number) => Metrics;
  /** What becomes of an order for so many more. */
  readonly order?: (more: number, t: number) => { starts: number; delayS: number };
  /** Another hand sets the number. */
  readonly otherHand?: (t: number, ordered: number) => number | undefined;
  readonly clock?: (t: number) => number;
  readonly metrics?: readonly string[];
  readonly policy?: object;
  readonly check: (run: Run) => { ok: boolean; note?: string };
}

interface Point {
  readonly t: number;
  readonly desired: number;
  readonly ready: number;
  readonly queue: number;
  readonly needed: number;
}

interface Run {
  readonly points: readonly Point[];
  readonly startupS: number;
  readonly overshoot: number;
  readonly settledS: number | null;
  readonly reversals: number;
}

const stepS = 10;
const capacity = 10;
const startAt = 1_704_067_200_000;

function play(story: Story): Run {
  const startupS = story.startupS ?? 60;
  const pool = poolConfigSchema.parse({
    name: 'p',
    replicas: { min: 1, max: 30_000 },
    capacity: { requests_per_second: capacity },
    startup: `${startupS}s`,
    ...story.policy,
  });
  const decide = createDecider(pool, new DemandForecast());
  const rng = seededRng(1);
  let ready = Math.max(1, Math.ceil(story.demand(-story.warmS) / capacity));
  let starting: { at: number; count: number }[] = [];
  let ghosts = 0;
  let queue = 0;
  let last = story.demand(-story.warmS);
  let used = last / (ready * capacity);
  const points: Point[] = [];
  for (let t = -story.warmS; t < story.lengthS; t += stepS) {
    if (ghosts > 0 && story.order?.(1, t).starts !== -1) {
      starting.push({ at: t + startupS, count: ghosts });
      ghosts = 0;
    }
    for (const order of starting) if (order.at <= t) ready += order.count;
    starting = starting.filter((order) => order.at > t);
    const pending = starting.reduce((sum, order) => sum + order.count, 0) + ghosts;
    const hand = story.otherHand?.(t, ready + pending);
    if (hand !== undefined) {
      ready = hand;
      starting = [];
      ghosts = 0;
    }
    const known = story.metrics ?? ['request_rate', 'queue_length', 'cpu_utilization'];
    const all: Metrics = { request_rate: last, queue_length: queue, cpu_utilization: used };
    const metrics = Object.fromEntries(Object.entries(all).filter(([name]) => known.includes(name)));
    const shown = story.bend?.(metrics, t, () => rng.normal()) ?? metrics;
    const counted = starting.reduce((sum, order) => sum + order.count, 0) + ghosts;
    const now = startAt + (story.clock?.(t) ?? t * 1_000 + story.warmS * 1_000);
    const text = JSON.stringify({ now, metrics: shown, replicas: { ready, pending: counted, draining: 0 } });
    const { desired } = decide(text);
    let more = desired - ready - counted;
    if (more > 0) {
      const { starts, delayS } = story.order?.(more, t) ?? { starts: more, delayS: 0 };
      if (starts > 0) starting.push({ at: t + startupS + delayS, count: starts });
      ghosts += starts < 0 ? more : 0;
    }
    if (more < 0) {
      const fewerGhosts = Math.min(-more, ghosts);
      ghosts -= fewerGhosts;
      more += fewerGhosts;
      for (const order of [...starting].reverse()) {
        const cancelled = Math.min(-more, order.count);
        starting = starting.map((each) => (each === order ? { ...each, count: each.count - cancelled } : each));
        more += cancelled;
      }
      starting = starting.filter((order) => order.count > 0);
      ready += more;
    }
    last = story.demand(t);
    const work = queue + last * stepS;
    const served = Math.min(work, ready * capacity * stepS);
    used = ready === 0 ? 0 : served / (ready * capacity * stepS);
    queue = work - served;
    points.push({ t, desired, ready, queue, needed: Math.max(1, Math.ceil(last / capacity - 1e-9)) });
  }
  return { points, startupS, ...judge(points) };
}

function judge(points: readonly Point[]): Pick<Run, 'overshoot' | 'settledS' | 'reversals'> {
  const after = points.filter((point) => point.t >= 0);
  const most = Math.max(...after.map((point) => point.desired));
  const needed = Math.max(...after.map((point) => point.needed));
  let unsettled = -1;
  after.forEach((point, i) => {
    const most = Math.max(point.needed + 2, Math.ceil(point.needed * 1.5));
    const isCalm = point.desired >= point.needed - 1 && point.desired <= most && point.ready >= point.needed - 1;
    if (!isCalm) unsettled = i;
  });
  let reversals = 0;
  let direction = 0;
  for (let i = 1; i < after.length && after[i]!.t < 1_800; i++) {
    const move = Math.sign(after[i]!.desired - after[i - 1]!.desired);
    if (move === 0) continue;
    if (direction !== 0 && move !== direction) reversals++;
    direction = move;
  }
  return {
    overshoot: most / needed,
    settledS: unsettled === after.length - 1 ? null : after[unsettled + 1]!.t,
    reversals,
  };
}

/** Overshoot at most 1.5, settled within three start-up times (and a minute to see it), at most two turns. */
function isGood(run: Run): { ok: boolean } {
  const within = 3 * run.startupS + 60;
  return { ok: run.overshoot <= 1.5 && run.settledS !== null && run.settledS <= within && run.reversals <= 2 };
}

const isWithin = (most: number) => (run: Run) => ({ ok: run.overshoot <= most && run.reversals <= 2 });
const hour = 3_600;

function stories(warmS: number): Story[] {
  const base = { warmS, lengthS: 2 * hour };
  const calm = 100;
  const from = (t: number, before: number, then: number): number => (t < 0 ? before : then);
  const minOf = (run: Run): number =>
    Math.min(...run.points.filter((point) => point.t >= 0).map((point) => point.desired));
  const before = (run: Run): number => run.points.findLast((point) => point.t < 0)!.desired;
  const shrinksNothing = (run: Run) => ({
    ok: minOf(run) >= Math.min(before(run), 10),
    note: `least ${minOf(run)}, before ${before(run)}`,
  });
  return [
    { ...base, name: 'x2', demand: (t) => from(t, calm, 2 * calm), check: isGood },
    { ...base, name: 'x10', demand: (t) => from(t, calm, 10 * calm), check: isGood },
    {
      ...base,
      name: 'x10, start-up 600 s',
      startupS: 600,
      demand: (t) => from(t, calm, 10 * calm),
      lengthS: 4 * hour,
      check: isGood,
    },
    {
      ...base,
      name: '/10',
      demand: (t) => from(t, 10 * calm, calm),
      check: (run) => ({ ok: run.settledS !== null && run.settledS <= 600 && run.reversals <= 2 }),
    },
    {
      ...base,
      name: 'ramp x3 in 10 min',
      demand: (t) => calm * (1 + 2 * Math.min(1, Math.max(0, t / 600))),
      check: isWithin(1.5),
    },
    {
      ...base,
      name: 'sine, 1 h',
      demand: (t) => calm * (2 + Math.sin((t / hour) * 2 * Math.PI)),
      check: (run) => ({ ok: run.overshoot <= 1.5 && run.reversals <= 3 }),
    },
    { ...base, name: '30 s pulse x10', demand: (t) => (t >= 0 && t < 30 ? 10 * calm : calm), check: isWithin(1.5) },
    {
      ...base,
      name: '20 % noise',
      demand: () => calm,
      bend: noisy(0.2),
      check: (run) => ({ ok: run.overshoot <= 1.5 && run.reversals <= 2 && minOf(run) >= 9 }),
    },
    {
      ...base,
      name: '5 min without metrics',
      demand: () => calm,
      bend: (m, t) => (t >= 0 && t < 300 ? {} : m),
      check: shrinksNothing,
    },
    {
      ...base,
      name: 'rate frozen, load x3',
      demand: (t) => from(t, calm, 3 * calm),
      bend: (m, t) => (t >= 0 && t < 900 ? { ...m, request_rate: calm } : m),
      check: (run) => ({
        ok: run.overshoot <= 1.5,
        note: `most waiting ${Math.round(Math.max(...run.points.map((p) => p.queue)))}`,
      }),
    },
    {
      ...base,
      name: 'one of three invalid',
      demand: () => calm,
      bend: (m, t) => (t >= 0 ? { ...m, cpu_utilization: 'NaN' } : m),
      check: shrinksNothing,
    },
    {
      ...base,
      name: 'NaN and negative',
      demand: () => calm,
      bend: (m, t) =>
        t >= 0 && t < 600 ? { request_rate: t % 20 === 0 ? -5 : 'NaN', queue_length: -1, cpu_utilization: 'NaN' } : m,
      check: shrinksNothing,
    },
    {
      ...base,
      name: 'actuator 2 min slower',
      demand: (t) => from(t, calm, 3 * calm),
      order: (more) => ({ starts: more, delayS: 120 }),
      check: isWithin(1.5),
    },
    {
      ...base,
      name: 'actuator lies for 10 min',
      demand: (t) => from(t, calm, 3 * calm),
      order: (more, t) => ({ starts: t >= 0 && t < 600 ? -1 : more, delayS: 0 }),
      check: (run) => ({ ok: run.overshoot <= 1.5 }),
    },
    {
      ...base,
      name: 'two writers',
      demand: () => calm,
      otherHand: (t) => (t >= 0 && t < 600 && t % 60 === 0 ? 5 : undefined),
      check: (run) => ({ ok: run.overshoot <= 1.5 }),
    },
    {
      ...base,
      name: 'clock 1 h back, then 1 h on',
      demand: (t) => from(t, calm, 2 * calm),
      clock: (t) => (t + warmS) * 1_000 - (t >= 60 && t < 600 ? hour * 1_000 : 0),
      check: isWithin(1.5),
    },
    {
      ...base,
      name: 'runaway queue: 100/s into one',
      demand: (t) => from(t, 5, 100),
      metrics: ['queue_length'],
      policy: { capacity: undefined, objectives: [{ signal: 'queue_length', target: 100 }] },
      check: (run) => ({ ok: run.overshoot <= 1.5 }),
    },
    {
      ...base,
      name: 'runaway queue, capacity known',
      demand: (t) => from(t, 5, 100),
      policy: { objectives: [{ signal: 'queue_length', target: 100 }] },
      check: (run) => ({ ok: run.overshoot <= 1.5 }),
    },
  ];
}

function noisy(share: number) {
  return (metrics: Metrics, _t: number, random: () => number): Metrics =>
    Object.fromEntries(
      Object.entries(metrics).map(([name, value]) => [name, Math.max(0, Number(value) * (1 + share * random()))]),
    );
}

export function runStepTests(): StepResult[] {
  return [600, 4 * hour].flatMap((warmS) =>
    stories(warmS).map((story) => {
      const run = play(story);
      const { ok, note = '' } = { note: '', ...story.check(run) };
      const after = warmS === 600 ? 'after 10 min' : 'after 4 h';
      const { overshoot, settledS, reversals } = run;
      return { name: `${story.name}, ${after}`, overshoot, settledS, reversals, ok, note };
    }),
  );
}
