// Remote write as a sender sees it, through the main port's own routes: written, described, and there for exemplars.
import { packSnappy, WireWriter } from '@jaegis/protocol';
import { expect, test } from 'vitest';
import { makeApp } from '../../test/made-app.ts';

const now = 1_700_000_000_000;

const serve = async () => (await makeApp({ now, seriesLimit: 10, seriesLimitPerPool: 3 })).app;

function request(series: number, at = now): Buffer {
  const writer = new WireWriter();
  for (let i = 0; i < series; i++)
    writer.messageField(1, (timeSeries) => {
      for (const [name, value] of [
        ['__name__', 'requests_total'],
        ['instance', `i${i}`],
        ['job', 'reader'],
      ])
        timeSeries.messageField(1, (label) => {
          label.stringField(1, name!);
          label.stringField(2, value!);
        });
      timeSeries.messageField(2, (sample) => {
        sample.doubleField(1, 10 + i);
        sample.varintField(2, at);
      });
      timeSeries.messageField(3, (exemplar) => {
        exemplar.messageField(1, (label) => {
          label.stringField(1, 'trace_id');
          label.stringField(2, `t${i}`);
        });
        exemplar.doubleField(2, 0.5);
        exemplar.varintField(3, at);
      });
    });
  writer.messageField(3, (metadata) => {
    metadata.varintField(1, 1);
    metadata.stringField(2, 'requests_total');
    metadata.stringField(4, 'Requests answered.');
  });
  return Buffer.from(packSnappy(writer.finish()));
}

const headers = { host: 'localhost:4300', 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy' };

test('what is written can be asked for: samples, metadata, exemplars', async () => {
  const app = await serve();
  const answer = await app.inject({ method: 'POST', url: '/api/v1/write', headers, payload: request(2) });
  expect([answer.statusCode, answer.headers['x-prometheus-remote-write-samples-written']]).toEqual([204, '2']);
  const get = async (url: string) => (await app.inject({ url, headers: { host: 'localhost:4300' } })).json();
  const asked = await get(`/api/v1/query?query=requests_total{instance="i1"}&time=${now / 1_000}`);
  expect(asked.data.result[0].value).toEqual([now / 1_000, '11']);
  expect(await get('/api/v1/metadata?metric=requests_total')).toEqual({
    status: 'success',
    data: { requests_total: [{ type: 'counter', help: 'Requests answered.', unit: '' }] },
  });
  const range = `start=${now / 1_000 - 10}&end=${now / 1_000}`;
  expect(await get(`/api/v1/query_exemplars?query=rate(requests_total{instance="i1"}[5m])&${range}`)).toEqual({
    status: 'success',
    data: [
      {
        seriesLabels: { __name__: 'requests_total', instance: 'i1', job: 'reader' },
        exemplars: [{ labels: { trace_id: 't1' }, value: '0.5', timestamp: now / 1_000 }],
      },
    ],
  });
});

test('more series than a pool may have are refused with the reason, the others are kept', async () => {
  const app = await serve();
  const answer = await app.inject({ method: 'POST', url: '/api/v1/write', headers, payload: request(5) });
  expect([answer.statusCode, answer.headers['x-prometheus-remote-write-samples-written']]).toEqual([400, '3']);
  expect(answer.body).toContain('series_limit');
  const again = await app.inject({
    method: 'POST',
    url: '/api/v1/write',
    headers,
    payload: request(3, now - 15 * 86_400_001),
  });
  expect([again.statusCode, again.body]).toEqual([400, expect.stringContaining('3 too_old refused by the store')]);
});

test('OTLP where Prometheus takes it', async () => {
  const app = await serve();
  const answer = await app.inject({
    method: 'POST',
    url: '/api/v1/otlp/v1/metrics',
    headers: { host: 'localhost:4300', 'content-type': 'application/json' },
    payload: '{"resourceMetrics":[]}',
  });
  expect([answer.statusCode, answer.json()]).toEqual([200, {}]);
});
