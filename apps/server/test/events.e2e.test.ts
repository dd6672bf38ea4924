import { createServer, type Server } from 'node:http';
import { discard, getJson, postJson, type RunningServer, startServerProcess, until } from '@jaegis/bench';
import type { Agent, Alert, Incident } from '@jaegis/model';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

interface Received {
  readonly id: number;
  readonly event: string;
  readonly data: any;
}

interface Told {
  readonly status: string;
  readonly receiver: string;
  readonly alerts: readonly { readonly status: string; readonly labels: Record<string, string> }[];
  readonly jaegis: { readonly kind: string; readonly incident: Incident };
}

let server: RunningServer;
let webhook: Server;
const told: Told[] = [];
const beating = new Map<string, NodeJS.Timeout>();
const readers: AbortController[] = [];

beforeAll(async () => {
  webhook = createServer((request, response) => {
    let body = '';
    request.on('data', (data) => (body += data));
    request.on('end', () => {
      told.push(JSON.parse(body));
      response.end('thanks');
    });
  });
  await new Promise<void>((resolve) => webhook.listen(0, '127.0.0.1', resolve));
  const { port } = webhook.address() as { port: number };
  server = await startServerProcess({
    config: `
server: { heartbeat_interval: 1s }
alerting: { for: 1s, resolve_after: 2s }
receivers: [{ name: desk, webhook: { url: "http://127.0.0.1:${port}/hook" } }]
pools:
  - name: silent
    importance: high
`,
  });
});

afterAll(async () => {
  for (const timer of beating.values()) clearInterval(timer);
  for (const reader of readers) reader.abort();
  await discard(server);
  await new Promise((resolve) => webhook.close(resolve));
});

function beat(instanceId: string, pool: string): Promise<Response> {
  return postJson(`${server.url}/api/fleet/agents/${instanceId}/heartbeat`, { instanceId, pool });
}

function keepBeating(instanceId: string, pool: string): void {
  const once = () => void beat(instanceId, pool).catch(() => {});
  once();
  beating.set(instanceId, setInterval(once, 500));
}

function goSilent(instanceId: string): void {
  clearInterval(beating.get(instanceId));
  beating.delete(instanceId);
}

/** Reads the stream as a browser's EventSource does; resolves when it is open. */
async function follow(o: { lastEventId?: number; types?: string } = {}): Promise<Received[]> {
  const reader = new AbortController();
  readers.push(reader);
  const events: Received[] = [];
  const query = o.types === undefined ? '' : `?types=${o.types}`;
  const response = await fetch(`${server.url}/api/fleet/events${query}`, {
    signal: reader.signal,
    headers: o.lastEventId === undefined ? {} : { 'last-event-id': `${o.lastEventId}` },
  });
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  void (async () => {
    let rest = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      const blocks = (rest + chunk).split('\n\n');
      rest = blocks.pop()!;
      for (const block of blocks) {
        const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
        if (field('event') !== undefined)
          events.push({ id: Number(field('id')), event: field('event')!, data: JSON.parse(field('data')!) });
      }
    }
  })().catch(() => {});
  return events;
}

const ids = (events: readonly Received[]) => events.map((each) => each.id);
const agents = (events: readonly Received[], instanceId: string): Agent[] =>
  events.filter((each) => each.event === 'agent' && each.data.instanceId === instanceId).map((each) => each.data);
const isRising = (numbers: readonly number[]) => numbers.every((each, i) => i === 0 || each > numbers[i - 1]!);

describe('the stream', () => {
  test('a heartbeat is an event at once, and its answer names the interval', async () => {
    const events = await follow();
    expect(await (await beat('first-1', 'talkers')).json()).toMatchObject({ intervalMs: 1_000 });
    const [agent] = await until(() => agents(events, 'first-1').length > 0 && agents(events, 'first-1'), {
      what: 'the event of a first heartbeat',
      timeoutMs: 3_000,
    });
    expect(agent).toMatchObject({ pool: 'talkers', connectivity: 'live', connectivityReason: 'first heartbeat' });
    await until(() => events.some((each) => each.event === 'sample-batch'), {
      what: 'the values of a tick',
      timeoutMs: 15_000,
    });
    for (const { id, data } of events) expect(data.seq).toBe(id);
  });

  test('who comes back gets exactly what it missed, in order, and then what is new', async () => {
    const all = await follow();
    for (let i = 0; i < 30; i++) await beat(`crowd-${i}`, 'crowd');
    await until(
      () => new Set(all.filter((each) => each.data.pool === 'crowd').map((each) => each.data.instanceId)).size === 30,
      {
        what: 'thirty agents',
        timeoutMs: 5_000,
      },
    );
    const seen = all[10]!.id;
    const missed = ids(all).filter((id) => id > seen);
    const resumed = await follow({ lastEventId: seen });
    await until(() => resumed.length >= missed.length, { what: 'what was missed', timeoutMs: 3_000 });
    expect(ids(resumed).slice(0, missed.length)).toEqual(missed);
    await beat('late-1', 'crowd');
    await until(() => agents(resumed, 'late-1').length > 0 && agents(all, 'late-1').length > 0, {
      what: 'what is new',
      timeoutMs: 3_000,
    });
    const common = Math.min(all.at(-1)!.id, resumed.at(-1)!.id);
    expect(ids(resumed).filter((id) => id <= common)).toEqual(ids(all).filter((id) => id > seen && id <= common));
    expect(isRising(ids(resumed))).toBe(true);
  });

  test('only the types that were asked for come', async () => {
    const batches = await follow({ types: 'sample-batch' });
    const all = await follow({ types: 'sample-batch,agent' });
    await beat('typed-1', 'crowd');
    await until(() => agents(all, 'typed-1').length > 0 && batches.length > 0, { what: 'both', timeoutMs: 15_000 });
    expect(new Set(batches.map((each) => each.event))).toEqual(new Set(['sample-batch']));
  });

  test('after kill -9 the numbers go on growing, and a number from before is still a place to go on from', async () => {
    const before = await follow();
    await beat('before-1', 'crowd');
    await until(() => agents(before, 'before-1').length > 0, { what: 'an event', timeoutMs: 3_000 });
    const last = before.at(-1)!.id;
    await server.kill();
    server = await server.restart();
    await beat('after-1', 'crowd');
    await beat('after-2', 'crowd');
    const isKnown = async () => (await getJson(`${server.url}/api/fleet/agents/after-2`)).connectivity === 'live';
    await until(isKnown, { what: 'both agents', timeoutMs: 3_000 });
    const resumed = await follow({ lastEventId: last });
    const again = await follow({ lastEventId: last });
    await until(() => [resumed, again].every((each) => agents(each, 'after-2').length > 0), {
      what: 'what came after the restart',
      timeoutMs: 5_000,
    });
    expect(agents(resumed, 'after-1')).not.toEqual([]);
    expect(Math.min(...ids(resumed))).toBeGreaterThan(last);
    expect(isRising(ids(resumed))).toBe(true);
    const common = Math.min(resumed.length, again.length);
    expect(ids(resumed).slice(0, common)).toEqual(ids(again).slice(0, common));
  });
});

test('an agent falls silent: suspect, lost, one alert, one incident, one message; it comes back and all is over', async () => {
  const events = await follow();
  const toldBefore = told.length;
  const ours = (event: string) => events.filter((each) => each.event === event && each.data.pool === 'silent');
  keepBeating('quiet-1', 'silent');
  keepBeating('loud-1', 'silent');
  await until(() => agents(events, 'quiet-1').length > 0 && agents(events, 'loud-1').length > 0, {
    what: 'two live agents',
    timeoutMs: 3_000,
  });

  goSilent('quiet-1');
  const states = () => [...new Set(agents(events, 'quiet-1').map((each) => each.connectivity))];
  await until(() => states().includes('lost'), { what: 'the agent to be lost', timeoutMs: 15_000 });
  expect(states()).toEqual(['live', 'suspect', 'lost']);
  for (const state of ['suspect', 'lost']) {
    const { connectivityReason } = agents(events, 'quiet-1').find((each) => each.connectivity === state)!;
    expect(connectivityReason).toMatch(/^no heartbeat for [\d.]+ s \(expected every 1 s\)$/);
  }
  const opened = await until<Told>(
    () => told.slice(toldBefore).find((each) => each.jaegis.incident.pool === 'silent'),
    {
      what: 'the webhook',
      timeoutMs: 15_000,
    },
  );
  expect(opened).toMatchObject({
    status: 'firing',
    receiver: 'desk',
    alerts: [{ status: 'firing', labels: { alertname: 'AgentLost', instance: 'quiet-1', pool: 'silent' } }],
    jaegis: { kind: 'opened' },
  });
  const { id } = opened.jaegis.incident;
  expect(ours('alert').map((each) => each.data)).toContainEqual(
    expect.objectContaining({ kind: 'agent_lost', state: 'firing', agent: 'quiet-1', severity: 'critical' }),
  );
  const firing: Alert[] = (await getJson(`${server.url}/api/fleet/alerts?state=firing&pool=silent`)).items;
  expect(firing).toMatchObject([{ kind: 'agent_lost', agent: 'quiet-1', incident: id }]);
  const incident: Incident = await getJson(`${server.url}/api/fleet/incidents/${id}`);
  expect(incident).toMatchObject({
    state: 'open',
    pool: 'silent',
    cause: { component: 'quiet-1', kind: 'agent_lost' },
  });
  expect(incident.cause.evidence[0]).toMatch(/no heartbeat/);
  expect(incident.timeline.length).toBeGreaterThan(0);

  await handleIt(id);

  // It is one story over a restart too: nobody is told again, and what was said about it is still there.
  await server.kill();
  server = await server.restart();
  expect(await getJson(`${server.url}/api/fleet/incidents/${id}`)).toMatchObject({
    state: 'acknowledged',
    acknowledgedBy: 'ada',
    notes: [{ by: 'ada', text: 'power was cut' }],
    feedback: [{ verdict: 'useful', text: 'right' }],
  });
  const later = await follow();
  keepBeating('quiet-1', 'silent');
  await until(async () => (await getJson(`${server.url}/api/fleet/incidents/${id}`)).state === 'resolved', {
    what: 'the incident to be over',
    timeoutMs: 40_000,
  });
  expect((await getJson(`${server.url}/api/fleet/agents/quiet-1`)).connectivity).toBe('live');
  expect(later.map((each) => each.data)).toContainEqual(
    expect.objectContaining({ kind: 'agent_lost', state: 'resolved', agent: 'quiet-1' }),
  );
  await until(() => told.length >= toldBefore + 2, { what: 'the second message', timeoutMs: 10_000 });
  const ofSilent = told.filter((each) => each.jaegis.incident.pool === 'silent');
  expect(ofSilent.map((each) => [each.status, each.jaegis.kind])).toEqual([
    ['firing', 'opened'],
    ['resolved', 'resolved'],
  ]);
  expect((await getJson(`${server.url}/api/fleet/incidents?pool=silent`)).items).toHaveLength(1);
  // The one beside it was never in doubt while we were there to hear it.
  expect(new Set(agents(events, 'loud-1').map((each) => each.connectivity))).toEqual(new Set(['live']));
});

/** What people do with an incident; and what they get told when they ask for what is not there. */
async function handleIt(id: string): Promise<void> {
  const url = `${server.url}/api/fleet/incidents`;
  const post = async (path: string, body: unknown) => {
    const answer = await postJson(`${url}/${path}`, body);
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  expect(await post(`${id}/ack`, { by: 'ada' })).toMatchObject({
    status: 200,
    body: { state: 'acknowledged', acknowledgedBy: 'ada' },
  });
  expect(await post(`${id}/note`, { by: 'ada', text: 'power was cut' })).toMatchObject({ status: 200 });
  expect(await post(`${id}/feedback`, { verdict: 'useful', text: 'right' })).toMatchObject({ status: 200 });
  expect((await post('incident-unknown/ack', {})).status).toBe(404);
  expect((await post(`${id}/note`, { by: 'ada' })).status).toBe(400);
  expect((await post(`${id}/feedback`, { verdict: 'meh' })).status).toBe(400);
  expect((await post(`${id}/close`, {})).status).toBe(404);
}
