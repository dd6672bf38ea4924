import { discard, getJson, postJson, type RunningServer, startServerProcess, until } from '@jaegis/bench';
import { afterEach, expect, test } from 'vitest';
import { isInstalled, type PeerStore, peerPrograms, startPeer, valuesOf } from './peers/peer-store.ts';

let server: RunningServer | undefined;
let peer: PeerStore | undefined;

afterEach(async () => {
  await discard(server);
  await peer?.discard();
  server = undefined;
  peer = undefined;
});

const series = 20;

/** One sample of each series; true when it was acknowledged. */
async function sayOnce(url: string, value: number): Promise<boolean> {
  const timeUnixNano = `${Date.now()}000000`;
  const dataPoints = Array.from({ length: series }, (_, i) => ({
    timeUnixNano,
    asDouble: value,
    attributes: [{ key: 'i', value: { stringValue: `${i}` } }],
  }));
  const attributes = [{ key: 'service.name', value: { stringValue: 'sender' } }];
  const response = await postJson(`${url}/v1/metrics`, {
    resourceMetrics: [
      {
        resource: { attributes },
        scopeMetrics: [{ metrics: [{ name: 'told', description: 'What is told.', gauge: { dataPoints } }] }],
      },
    ],
  }).catch(() => undefined);
  return response?.ok === true;
}

test.for(peerPrograms)(
  '%s gets what was acknowledged and answers queries, over its absence and our own kill -9',
  async (program, { skip }) => {
    if (!isInstalled(program)) skip(`${program} is not on the PATH`);
    peer = await startPeer(program);
    server = await startServerProcess({
      config: `
remoteWrite:
  - name: peer
    url: ${peer.writeUrl}
    drop: ['{__name__=~"jaegis_.+|process_.+|system_.+"}']
    metadata_config: { send_interval: 1s }
    queue: { batch_deadline: 100ms, max_backoff: 500ms, max_samples_per_send: 50 }
store: { prometheus: { url: ${peer.url}, timeout: 5s } }
external_labels: { site: lab }
`,
    });
    const { url } = server;
    let acknowledged = 0;
    const say = async (rounds: number) => {
      for (let i = 0; i < rounds; i++) if (await sayOnce(url, acknowledged)) acknowledged++;
    };
    const counts = async () => {
      const query = encodeURIComponent('told{site="lab"}[10m]');
      const answer = await getJson(`${peer!.url}/api/v1/query?query=${query}`).catch(() => undefined);
      const result: { values: [number, string][] }[] = answer?.data.result ?? [];
      // At least once: what was under way when we were killed may be there twice.
      return result.map((each) => new Set(each.values.map(([, value]) => value)).size);
    };
    const haveAll = async () => {
      const found = await counts();
      return found.length === series && found.every((count) => count === acknowledged);
    };
    await say(5);
    await until(haveAll, { what: 'the first samples to arrive', timeoutMs: 30_000 });
    const told = async () =>
      /^jaegis_remote_write_sent_metadata_total\{.*\} [1-9]/m.test(await (await fetch(`${url}/metrics`)).text());
    await until(told, { what: 'the description to be taken', timeoutMs: 20_000 });
    await answersFromThere(url);

    await peer.stop();
    await say(10);
    const away = async () => {
      const [report] = (await getJson(`${url}/api/fleet/system`)).remoteWrites;
      return report.error !== '' && report;
    };
    expect(await until(away, { what: 'the absence to be said', timeoutMs: 20_000 })).toMatchObject({
      name: 'peer',
      dropped: 0,
    });
    await answersFromHere(url);

    // While it sends what has piled up.
    await peer.start();
    await server.kill();
    server = await server.restart();
    await say(10);
    expect(acknowledged).toBe(25);
    await until(haveAll, { what: `all ${acknowledged} samples of each series to arrive`, timeoutMs: 60_000 }).catch(
      async (error: unknown) => {
        throw new Error(`${String(error)}: ${program} has ${JSON.stringify(await counts())}`);
      },
    );
    expect(await valuesOf(peer.url, '{__name__=~"jaegis_.+"}')).toEqual({});
    // VictoriaMetrics answers for the whole second before: the newest may show a moment later.
    await until(async () => Object.values(await valuesOf(url, 'told{site="lab"}')).every((value) => value === 24), {
      what: 'the newest value of each series, asked of us',
      timeoutMs: 20_000,
    });
  },
);

/** Only the other store knows the external label: what has it came from there. */
async function answersFromThere(url: string): Promise<void> {
  const ask = (path: string) => getJson(`${url}/api/v1/${path}`);
  const one = 'told{i="1"}';
  const [from, to] = [Date.now() / 1_000 - 60, Date.now() / 1_000 + 5];
  const fromThere = async () => (await ask(`query?query=${one}`)).data.result[0]?.metric.site === 'lab';
  await until(fromThere, { what: 'the store to answer', timeoutMs: 20_000 });
  // VictoriaMetrics may answer for one series before it does for all.
  const newest = async () =>
    (await ask(`query_range?query=count(told)&start=${from}&end=${to}&step=5`)).data.result[0]?.values.at(-1)[1];
  await until(async () => (await newest()) === `${series}`, { what: 'the store to count all', timeoutMs: 20_000 });
  const body = new URLSearchParams({ query: `count(told) * 2` });
  const posted = await (await fetch(`${url}/api/v1/query`, { method: 'POST', body })).json();
  expect(posted).toMatchObject({ data: { result: [{ value: [expect.anything(), `${series * 2}`] }] } });
  const times = `start=${from}&end=${to}`;
  expect((await ask(`series?match[]=${one}&${times}`)).data).toMatchObject([{ __name__: 'told', site: 'lab' }]);
  expect((await ask(`labels?match[]=told&${times}`)).data).toContain('site');
  expect((await ask(`label/site/values?${times}`)).data).toEqual(['lab']);
  const wrong = await fetch(`${url}/api/v1/query?query=sum(`);
  expect(wrong.status).toBeGreaterThanOrEqual(400);
  expect(await wrong.json()).toMatchObject({ status: 'error' });
}

async function answersFromHere(url: string): Promise<void> {
  const here = await getJson(`${url}/api/v1/query?query=told`);
  expect(here.data.result).toHaveLength(series);
  expect(here.data.result[0].metric.site).toBeUndefined();
  expect(here.warnings[0]).toMatch(
    /^the store http.+ is away since .+: answered from the samples that JAEGIS itself keeps$/,
  );
  expect((await getJson(`${url}/api/fleet/system`)).queryStore.awaySince).toBeGreaterThan(0);
}
