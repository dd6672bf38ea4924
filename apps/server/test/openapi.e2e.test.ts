import { discard, getJson, postJson, type RunningServer, startServerProcess, until } from '@jaegis/bench';
import { afterAll, beforeAll, expect, test } from 'vitest';

interface Operation {
  readonly summary: string;
  readonly parameters: readonly { readonly name: string; readonly in: 'path' | 'query'; readonly required?: boolean }[];
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly example: unknown } } };
}

type Method = 'get' | 'post' | 'put';

let server: RunningServer;
let paths: Record<string, Partial<Record<Method, Operation>>>;

beforeAll(async () => {
  server = await startServerProcess({
    config: `
pools:
  - name: team/sleepers
    target: { process: { command: [sleep, "1000"] } }
    replicas: { min: 1, max: 2 }
`,
  });
  await postJson(`${server.url}/api/fleet/agents/agent%2F1/heartbeat`, { instanceId: 'agent/1', pool: 'a b' });
  ({ paths } = await getJson(`${server.url}/api/openapi.json`));
  await until(async () => (await getJson(`${server.url}/api/fleet/decisions`)).total > 0, {
    what: 'a decision',
    timeoutMs: 30_000,
  });
});

afterAll(() => discard(server));

const lists = [
  '/api/fleet/agents',
  '/api/fleet/pools',
  '/api/fleet/decisions',
  '/api/fleet/links',
  '/api/fleet/anomalies',
  '/api/fleet/forecasts',
  '/api/fleet/alerts',
  '/api/fleet/incidents',
  '/api/fleet/timeline',
];

/** What stands in a path that exists; a decision's id is asked for. */
async function known(path: string): Promise<string> {
  if (path.startsWith('/api/fleet/agents/')) return path.replace('{id}', encodeURIComponent('agent/1'));
  if (path.startsWith('/api/fleet/pools/')) return path.replace('{name}', encodeURIComponent('team/sleepers'));
  if (path.startsWith('/api/v2/silence/')) {
    const example = paths['/api/v2/silences']!.post!.requestBody!.content['application/json'].example;
    const made = (await (await postJson(`${server.url}/api/v2/silences`, example)).json()) as { silenceID: string };
    return path.replace('{id}', made.silenceID);
  }
  if (path.startsWith('/api/v1/label/')) return path.replace('{name}', '__name__');
  if (path !== '/api/fleet/decisions/{id}') return path;
  const { items } = await getJson(`${server.url}/api/fleet/decisions?limit=1`);
  return path.replace('{id}', items[0].id);
}

/** What an operation cannot do without. */
const needed: Readonly<Record<string, string>> = {
  '/api/fleet/bands': '?agent=agent%2F1&signal=queue_length',
  '/api/v1/format_query': '?query=up',
  '/api/v1/parse_query': '?query=up',
  '/api/v1/query': '?query=up',
  '/api/v1/query_exemplars': '?query=up&start=0&end=10',
  '/api/v1/query_range': '?query=up&start=0&end=10&step=5',
  '/api/v1/series': '?match[]=up',
};

/** Kept by what happened, of which nothing did; and what a sleeping program does not have. */
const absentHere = new Set(['/api/fleet/alerts/{id}', '/api/fleet/incidents/{id}', '/api/fleet/agents/{id}/output']);

async function expectError(answer: Response, status: number): Promise<void> {
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toContain('application/json');
  expect(await answer.json()).toEqual({
    error: { code: expect.stringMatching(/^[a-z_]+$/), message: expect.stringMatching(/^Cannot .+: .+/) },
  });
}

test('every GET that the description names answers, and each parameter in a path is described', async () => {
  const gets = Object.entries(paths).filter(([, methods]) => methods.get !== undefined);
  expect(gets.length).toBeGreaterThan(25);
  for (const [path, { get }] of gets) {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    expect(get!.parameters.filter((each) => each.in === 'path').map((each) => each.name)).toEqual(inPath);
    const asked = new AbortController();
    const url = `${server.url}${await known(path)}${needed[path] ?? ''}`;
    const answer = await fetch(url, { signal: asked.signal });
    if (absentHere.has(path)) await expectError(answer, 404);
    else expect({ path, status: answer.status }).toEqual({ path, status: 200 });
    asked.abort();
  }
});

test('every list is a page: items, total, next; and next leads through all of them', async () => {
  for (const path of lists) {
    const page = await getJson(`${server.url}${path}?limit=1`);
    expect({ path, page }).toEqual({
      path,
      page: { items: expect.any(Array), total: expect.any(Number), next: page.total > 1 ? expect.any(String) : null },
    });
    expect(page.items.length).toBe(Math.min(1, page.total));
  }
  for (let i = 0; i < 5; i++)
    await postJson(`${server.url}/api/fleet/agents/p-${i}/heartbeat`, { instanceId: `p-${i}`, pool: 'pages' });
  const seen: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: { items: { instanceId: string }[]; total: number; next: string | null } = await getJson(
      `${server.url}/api/fleet/agents?pool=pages&limit=2&cursor=${cursor}`,
    );
    expect(page.total).toBe(5);
    seen.push(...page.items.map((each) => each.instanceId));
    cursor = page.next;
  }
  expect(seen.sort()).toEqual(['p-0', 'p-1', 'p-2', 'p-3', 'p-4']);
});

test('every change that the description names takes the example it gives, or says that the thing is not known', async () => {
  for (const [path, methods] of Object.entries(paths)) {
    for (const method of ['post', 'put'] as const) {
      const operation = methods[method];
      // Telemetry is bytes, and administration is asked by parameters: tests of their own send them.
      if (operation === undefined || /^\/(v1|api\/v1\/(write|otlp|admin))\b/.test(path)) continue;
      const example = operation.requestBody?.content['application/json'].example as Record<string, unknown>;
      expect({ path, example }).toEqual({ path, example: expect.any(Object) });
      const isHeartbeat = path.endsWith('/heartbeat');
      const url = `${server.url}${isHeartbeat ? path.replace('{id}', String(example['instanceId'])) : await known(path)}`;
      const answer = await postJson(url, example, { method: method.toUpperCase() });
      if (path.startsWith('/api/fleet/incidents/') || path === '/api/fleet/feedback') await expectError(answer, 404);
      // What a replica of this pool carries is not known yet, and it says so.
      else if (path.endsWith('/backtest')) await expectError(answer, 409);
      else expect({ path, ok: answer.ok }).toEqual({ path, ok: true });
    }
  }
});

test('what does not exist is a 404 in the one form of errors', async () => {
  for (const path of [
    '/api/nothing',
    '/api/fleet/nothing',
    '/api/fleet/agents/nobody',
    '/api/fleet/pools/nowhere',
    '/api/fleet/decisions/never',
    '/api/fleet/incidents/none',
    '/v1/nothing',
  ])
    await expectError(await fetch(`${server.url}${path}`), 404);
  await expectError(await postJson(`${server.url}/api/fleet/nothing`, {}), 404);
  await expectError(await fetch(`${server.otlpUrl}/api/fleet/agents`), 404);
  await expectError(await fetch(`${server.url}/api/fleet/bands?signal=queue_length`), 400);
  const unknown = await fetch(`${server.url}/api/v1/query?query=up%7B`);
  expect(unknown.status).toBe(400);
  expect(await unknown.json()).toMatchObject({ status: 'error', errorType: 'bad_data' });
});

test('the page for people names every path', async () => {
  const answer = await fetch(`${server.url}/api/docs`);
  expect(answer.headers.get('content-type')).toContain('text/html');
  const page = await answer.text();
  for (const [path, methods] of Object.entries(paths))
    for (const method of Object.keys(methods)) expect(page).toContain(`${method.toUpperCase()} ${path}`);
});
