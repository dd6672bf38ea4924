/** The example fleet and the troubles that people make in it on purpose. One fleet, one story: the tests go on from each other. */
import { readdirSync, readFileSync } from 'node:fs';
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
/** When the searcher was first heard of. */
let startedAt: number;

/** While a process starts it may grow as it likes; only then is growth called a leak. */
const startUpMs = 72_000;

beforeAll(async () => {
  server = await startServerProcess({ configPath: 'examples/research-fleet/jaegis.yaml' });
  stream = followEvents(server.url);
  const sizes = { planner: 1, searcher: 1, reader: 2, writer: 1, load: 1 };
  for (const [pool, size] of Object.entries(sizes))
    await until(async () => (await live(pool)).length >= size, { what: `${pool} to be live`, timeoutMs: 60_000 });
  startedAt = Date.now();
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

async function one(pool: string): Promise<Agent> {
  return (await live(pool))[0]!;
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
      const { ready } = (await getJson(`${server.url}/api/fleet/pools/research%2Freader`)).currentReplicas;
      const pids = await Promise.all((await live('reader')).map((agent) => pidOf(agent.instanceId)));
      return ready >= 2 && pids.length >= 2 && !pids.includes(before);
    },
    { what: `${instanceId} to be replaced`, timeoutMs: 60_000 },
  );
  expect(ourProcesses()).not.toContain(`${before}`);
}

test('a reader is killed: that is told at once with the reason, and another takes its place', async () => {
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

test('a reader hangs: suspect, then lost, then killed and replaced because it hung', async () => {
  const from = stream.events.length;
  const reader = await one('reader');
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

test('the searcher leaks: what it will reach is told before it gets there', async () => {
  await until(() => Date.now() - startedAt > startUpMs, { what: 'the end of its start-up', timeoutMs: startUpMs });
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

test('eight times the load: readers are ordered and become ready, and are not taken back', async () => {
  const from = stream.events.length;
  const load = await one('load');
  const decisions = (): Decision[] =>
    stream.events
      .slice(from)
      .filter((each) => each.event === 'decision' && each.data.pool === 'research/reader')
      .map((each) => each.data);
  const before = (await getJson(`${server.url}/api/fleet/pools/research%2Freader`)).currentReplicas.ready;
  await control(load, '/shape', { shape: 'surge' });
  const ordered = await until(() => decisions().find((each) => each.to > before), {
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
  const kept = await until(() => decisions().find((each) => each.to > each.from && each.action.readyAt !== null), {
    what: 'a decision to know that its replicas are ready',
    timeoutMs: 60_000,
  });
  expect(kept.action.readyAt).toBeGreaterThan(kept.action.orderedAt!);
  await control(load, '/shape', { shape: 'calm' });
  const seen = stream.events.length;
  const isTick = (each: SeenEvent) => each.event === 'sample-batch';
  await until(() => stream.events.slice(seen).filter(isTick).length >= 2, {
    what: 'two calm ticks',
    timeoutMs: 30_000,
  });
  for (const each of decisions()) expect(each.to).toBeGreaterThanOrEqual(each.from);
  expect((await getJson(`${server.url}/api/fleet/pools/research%2Freader`)).desiredReplicas).toBeGreaterThanOrEqual(
    ordered.to,
  );
});

test('it stops, and takes every process of the fleet with it', async () => {
  expect(ourProcesses().length).toBeGreaterThanOrEqual(8);
  expect(await server.stop()).toBe(0);
  expect(ourProcesses()).toEqual([]);
  expect(server.output()).not.toContain('BUG');
});
