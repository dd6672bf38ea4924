/**
 * The example fleet and the troubles that people make in it on purpose. One fleet, one story: first a slow writer (in a surge
 * writers are slow anyway, and expected to be), then a surge, then three agents get into trouble at the same time, each for its
 * own test; at last it stops.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  discard,
  followEvents,
  getJson,
  type RunningServer,
  type SeenEvent,
  startServerProcess,
  until,
} from '@jaegis/bench';
import type { Agent, Alert, Decision } from '@jaegis/model';
import { afterAll, beforeAll, expect, test } from 'vitest';

let server: RunningServer;
let stream: ReturnType<typeof followEvents>;
let owner: string;

/** The fleet as it is shipped, but that a searcher's growth counts as a leak sooner than after a minute. */
function fleetConfig(): string {
  const folder = join(process.cwd(), 'examples/research-fleet');
  const text = readFileSync(join(folder, 'jaegis.yaml'), 'utf8');
  return text
    .replaceAll('command: [node,', `cwd: ${JSON.stringify(folder)}, command: [node,`)
    .replace('- name: research/searcher\n', '$&    memory_warm_up: 15s\n');
}

beforeAll(async () => {
  server = await startServerProcess({ config: fleetConfig() });
  stream = followEvents(server.url);
  const sizes = { planner: 1, searcher: 1, reader: 2, writer: 1, load: 1 };
  for (const [pool, size] of Object.entries(sizes))
    await until(async () => (await live(pool)).length >= size, { what: `${pool} to be live`, timeoutMs: 60_000 });
  await control(await one('load'), '/shape', { shape: 'calm' });
  const pid = await until(async () => pidOf((await one('writer')).instanceId), {
    what: 'the process of the writer to be shown',
    timeoutMs: 30_000,
  });
  owner = ownerOf(pid)!;
  expect(owner).toBeTruthy();
});

afterAll(async () => {
  stream?.close();
  await discard(server);
});

async function live(pool: string): Promise<Agent[]> {
  const query = `pool=${encodeURIComponent(`research/${pool}`)}&connectivity=live`;
  return (await getJson(`${server.url}/api/fleet/agents?${query}`)).items;
}

async function one(pool: string, which = 0): Promise<Agent> {
  return (await live(pool))[which]!;
}

async function pidOf(instanceId: string): Promise<number | undefined> {
  return (await getJson(`${server.url}/api/fleet/agents/${instanceId}`)).process?.pid;
}

/** What `jaegis fleet ...` does: the agent's own control port, behind the server's back. */
async function control(agent: Agent, path: '/trouble' | '/shape', body: object): Promise<void> {
  const answer = await fetch(new URL(path, agent.labels['agent.url']), {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-jaegis-trouble': 'yes' },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(200);
}

/** Waits for an event that came after `from` events. */
async function event(from: number, what: string, isIt: (each: SeenEvent) => boolean, timeoutMs = 60_000) {
  return (await until(() => stream.events.slice(from).find(isIt), { what, timeoutMs })).data;
}

const ofAgent = (instanceId: string, isIt: (agent: Agent) => boolean) => (each: SeenEvent) =>
  each.event === 'agent' && each.data.instanceId === instanceId && isIt(each.data);

/** What was decided for the readers since the start. */
function readerDecisions(): Decision[] {
  return stream.events
    .filter((each) => each.event === 'decision' && each.data.pool === 'research/reader')
    .map((each) => each.data);
}

function ownerOf(pid: number | string): string | undefined {
  try {
    return /(?:^|\0)JAEGIS_OWNER=([^\0]*)/.exec(readFileSync(`/proc/${pid}/environ`, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}

const ourProcesses = () => readdirSync('/proc').filter((each) => /^\d+$/.test(each) && ownerOf(each) === owner);

async function expectReplaced(instanceId: string, before: number): Promise<void> {
  await until(
    async () => {
      const pool = await getJson(`${server.url}/api/fleet/pools/research%2Freader`);
      const pids = await Promise.all((await live('reader')).map((agent) => pidOf(agent.instanceId)));
      const isGone = !pids.includes(before) && !ourProcesses().includes(`${before}`);
      return isGone && pids.length >= 2 && pool.currentReplicas.ready >= pool.desiredReplicas;
    },
    { what: `${instanceId} to be replaced`, timeoutMs: 60_000 },
  );
}

test('the writer becomes ten times as slow: its health says so, in words', async () => {
  const from = stream.events.length;
  const writer = await one('writer');
  await control(writer, '/trouble', { kind: 'slow' });
  const words = /(latency|saturation) .+, (objective|expected|its peers)/;
  await event(
    from,
    'the slow writer',
    ofAgent(writer.instanceId, ({ health, reasons }) => health !== 'healthy' && words.test(reasons.join('\n'))),
    90_000,
  );
  await control(writer, '/trouble', { kind: 'calm' });
});

test('eight times the load: readers are ordered and become ready', async () => {
  const load = await one('load');
  const before = await until(
    async () => {
      const { currentReplicas, desiredReplicas } = await getJson(`${server.url}/api/fleet/pools/research%2Freader`);
      return currentReplicas.ready === desiredReplicas && desiredReplicas;
    },
    { what: 'the readers to be as many as are wanted', timeoutMs: 60_000 },
  );
  await control(load, '/shape', { shape: 'surge' });
  const ordered = await until(() => readerDecisions().find((each) => each.to > each.from), {
    what: 'more readers to be ordered',
    timeoutMs: 60_000,
  });
  expect(ordered).toMatchObject({
    reason: 'ScaledUp',
    from: before,
    message: expect.stringMatching(/^ordered \d+ more/),
  });
  expect(ordered.recommendations.length).toBeGreaterThan(0);
  await until(
    async () => {
      const pool = await getJson(`${server.url}/api/fleet/pools/research%2Freader`);
      return pool.currentReplicas.ready >= ordered.to;
    },
    { what: 'them to be ready', timeoutMs: 60_000 },
  );
  // An order that the next one overtakes while its replicas start is never ready itself; one of them is.
  const kept = await until(
    () => readerDecisions().find((each) => each.to > each.from && each.action.readyAt !== null),
    {
      what: 'a decision to know that its replicas are ready',
      timeoutMs: 60_000,
    },
  );
  expect(kept.action.readyAt).toBeGreaterThan(kept.action.orderedAt!);
  await control(load, '/shape', { shape: 'calm' });
});

test.concurrent('the surge is over: readers are not taken back at once', async () => {
  const seen = stream.events.length;
  const isTick = (each: SeenEvent) => each.event === 'sample-batch';
  await until(() => stream.events.slice(seen).filter(isTick).length >= 2, {
    what: 'two calm ticks',
    timeoutMs: 30_000,
  });
  const decisions = readerDecisions();
  for (const each of decisions) expect(each.to).toBeGreaterThanOrEqual(each.from);
  expect((await getJson(`${server.url}/api/fleet/pools/research%2Freader`)).desiredReplicas).toBeGreaterThanOrEqual(
    decisions.find((each) => each.to > each.from)!.to,
  );
});

test.concurrent('a reader is killed: that is told at once with the reason, and another takes its place', async () => {
  const from = stream.events.length;
  const { instanceId } = await one('reader');
  const pid = (await pidOf(instanceId))!;
  process.kill(pid, 'SIGKILL');
  const lost = await event(
    from,
    'the lost reader',
    ofAgent(instanceId, (agent) => agent.connectivity === 'lost'),
  );
  expect(lost.connectivityReason).toContain('ended by SIGKILL');
  await expectReplaced(instanceId, pid);
});

test.concurrent('a reader hangs: suspect, then lost, then killed and replaced because it hung', async () => {
  const from = stream.events.length;
  const reader = await one('reader', 1);
  const { instanceId } = reader;
  const pid = (await pidOf(instanceId))!;
  await control(reader, '/trouble', { kind: 'hang' });
  const lost = await event(
    from,
    'the hung reader',
    ofAgent(instanceId, (agent) => agent.connectivity === 'lost'),
  );
  expect(lost.connectivityReason).toMatch(/^no heartbeat for [\d.]+ s \(expected every 4 s\)$/);
  const states = stream.events.slice(from).filter(ofAgent(instanceId, () => true));
  expect(states.map((each) => each.data.connectivity)).toContain('suspect');
  await expectReplaced(instanceId, pid);
  expect(server.output()).toMatch(new RegExp(`${instanceId}: replaced, hung: no heartbeat for`));
});

test.concurrent('the searcher leaks: what it will reach is told before it gets there', async () => {
  const from = stream.events.length;
  const searcher = await one('searcher');
  await control(searcher, '/trouble', { kind: 'leak' });
  const alert: Alert = await event(
    from,
    'the alert of a leak',
    (each) => each.event === 'alert' && each.data.kind === 'forecast_breach' && each.data.agent === searcher.instanceId,
  );
  expect(alert).toMatchObject({ state: 'firing', signal: 'memory_bytes', pool: 'research/searcher' });
  expect(alert.reason).toMatch(/memory grows by .+, .*reaches its limit of .+ in/);
  // It is still the same process, and below its limit.
  expect((await one('searcher')).instanceId).toBe(searcher.instanceId);
  const isOver = ofAgent(searcher.instanceId, (agent) => agent.connectivity === 'lost');
  expect(stream.events.slice(from).some(isOver)).toBe(false);
  await control(searcher, '/trouble', { kind: 'calm' });
});

test('it stops, and takes every process of the fleet with it', async () => {
  // The fewest of each pool; how many more a surge left is the machine's affair.
  await until(() => ourProcesses().length >= 6, { what: 'the processes of the fleet', timeoutMs: 60_000 });
  expect(await server.stop()).toBe(0);
  expect(ourProcesses()).toEqual([]);
  expect(server.output()).not.toContain('BUG');
});
