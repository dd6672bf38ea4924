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
async function say(url: string, value: number): Promise<boolean> {
  const timeUnixNano = `${Date.now()}000000`;
  const dataPoints = Array.from({ length: series }, (_, i) => ({
    timeUnixNano,
    asDouble: value,
    attributes: [{ key: 'i', value: { stringValue: `${i}` } }],
  }));
  const attributes = [{ key: 'service.name', value: { stringValue: 'sender' } }];
  const response = await postJson(`${url}/v1/metrics`, {
    resourceMetrics: [
      { resource: { attributes }, scopeMetrics: [{ metrics: [{ name: 'told', gauge: { dataPoints } }] }] },
    ],
  }).catch(() => undefined);
  return response?.ok === true;
}

test.for(peerPrograms)(
  'what was acknowledged reaches %s, over its absence and our own kill -9',
  async (program, { skip }) => {
    if (!isInstalled(program)) skip(`${program} is not on the PATH`);
    peer = await startPeer(program);
    server = await startServerProcess({
      config: `
remoteWrite:
  - name: peer
    url: ${peer.writeUrl}
    drop: ['{__name__=~"jaegis_.+|process_.+|system_.+"}']
    queue: { batch_deadline: 100ms, max_backoff: 500ms, max_samples_per_send: 50 }
external_labels: { site: lab }
`,
    });
    const { url } = server;
    let acknowledged = 0;
    const round = async () => {
      if (await say(url, acknowledged)) acknowledged++;
    };
    for (let i = 0; i < 5; i++) await round();
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
    await until(haveAll, { what: 'the first samples to arrive', timeoutMs: 30_000 });

    await peer.stop();
    for (let i = 0; i < 10; i++) await round();
    const away = await until(
      async () => {
        const [report] = (await getJson(`${url}/api/fleet/system`)).remoteWrites;
        return report.error !== '' && report;
      },
      { what: 'the absence to be said', timeoutMs: 20_000 },
    );
    expect(away).toMatchObject({ name: 'peer', dropped: 0 });
    await server.kill();
    server = await server.restart();
    for (let i = 0; i < 10; i++) await round();
    await peer.start();
    // And once more, while it sends what has piled up.
    await server.kill();
    server = await server.restart();
    for (let i = 0; i < 5; i++) await round();
    expect(acknowledged).toBe(30);
    await until(haveAll, { what: `all ${acknowledged} samples of each series to arrive`, timeoutMs: 60_000 }).catch(
      async (error: unknown) => {
        throw new Error(`${String(error)}: ${program} has ${JSON.stringify(await counts())}`);
      },
    );
    // VictoriaMetrics answers for the whole second before: the newest may show a moment later.
    await until(async () => Object.values(await valuesOf(peer!.url, 'told')).every((value) => value === 29), {
      what: 'the newest value of each series',
      timeoutMs: 10_000,
    });
    expect(await valuesOf(peer.url, '{__name__=~"jaegis_.+"}')).toEqual({});
  },
);
