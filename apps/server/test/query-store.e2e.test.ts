import { discard, getJson, postJson, type RunningServer, startServerProcess, until } from '@jaegis/bench';
import { afterEach, expect, test } from 'vitest';
import { isInstalled, type PeerStore, peerPrograms, startPeer } from './peers/peer-store.ts';

let server: RunningServer | undefined;
let peer: PeerStore | undefined;

afterEach(async () => {
  await discard(server);
  await peer?.discard();
  server = undefined;
  peer = undefined;
});

test.for(peerPrograms)('queries are answered by %s, and from here while it is away', async (program, { skip }) => {
  if (!isInstalled(program)) skip(`${program} is not on the PATH`);
  peer = await startPeer(program);
  server = await startServerProcess({
    config: `
store: { prometheus: { url: ${peer.url}, timeout: 5s } }
remoteWrite: [{ url: ${peer.writeUrl}, queue: { batch_deadline: 100ms, max_backoff: 500ms } }]
external_labels: { only: there }
`,
  });
  const { url } = server;
  const point = { timeUnixNano: `${Date.now()}000000`, asDouble: 7 };
  const attributes = [{ key: 'service.name', value: { stringValue: 'sender' } }];
  await postJson(`${url}/v1/metrics`, {
    resourceMetrics: [
      {
        resource: { attributes },
        scopeMetrics: [{ metrics: [{ name: 'told', gauge: { dataPoints: [point] } }] }],
      },
    ],
  });
  const ask = (path: string) => getJson(`${url}/api/v1/${path}`);
  // Only the store knows the external label: what has it came from there.
  const fromThere = async () => (await ask('query?query=told')).data.result[0]?.metric.only === 'there';
  await until(fromThere, { what: 'the store to answer', timeoutMs: 30_000 });
  const [from, to] = [Date.now() / 1_000 - 60, Date.now() / 1_000 + 5];
  const range = await ask(`query_range?query=sum(told)&start=${from}&end=${to}&step=5`);
  expect(range.data.result[0].values.at(-1)[1]).toBe('7');
  const posted = await fetch(`${url}/api/v1/query`, {
    method: 'POST',
    body: new URLSearchParams({ query: 'told * 2' }),
  });
  expect(((await posted.json()) as { data: { result: { value: [number, string] }[] } }).data.result[0]!.value[1]).toBe(
    '14',
  );
  const times = `start=${from}&end=${to}`;
  expect((await ask(`series?match[]=told&${times}`)).data).toMatchObject([{ __name__: 'told', only: 'there' }]);
  expect((await ask(`labels?match[]=told&${times}`)).data).toContain('only');
  expect((await ask(`label/only/values?${times}`)).data).toEqual(['there']);
  const wrong = await fetch(`${url}/api/v1/query?query=sum(`);
  expect(wrong.status).toBeGreaterThanOrEqual(400);
  expect(await wrong.json()).toMatchObject({ status: 'error' });

  await peer.stop();
  const here = await ask('query?query=told');
  expect(here.data.result).toMatchObject([{ value: [expect.anything(), '7'] }]);
  expect(here.data.result[0].metric.only).toBeUndefined();
  expect(here.warnings[0]).toMatch(
    /^the store http.+ is away since .+: answered from the samples that JAEGIS itself keeps$/,
  );
  expect((await getJson(`${url}/api/fleet/system`)).queryStore.awaySince).toBeGreaterThan(0);
  await peer.start();
  await until(fromThere, { what: 'the store to answer again', timeoutMs: 30_000 });
});
