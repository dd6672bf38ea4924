import { describe, expect, test } from 'vitest';
import { metricsRequest, type NumberPoint, writeResourceMetrics } from '../../test/otlp-bytes.ts';
import { RecordingStore } from '../../test/recording-store.ts';
import { WireWriter } from '../wire/wire-writer.ts';

const now = 1_700_000_000_000;
const agent = { 'service.name': 'reader', 'service.namespace': 'research', 'service.instance.id': 'r-1' };
const mine = 'instance="r-1",job="research/reader"';

function gauge(points: readonly NumberPoint[], name = 'queue.length'): Uint8Array {
  return metricsRequest(agent, [{ name, gauge: points }]);
}

describe('numbers', () => {
  test('a gauge becomes a sample with the labels of its agent', () => {
    const store = new RecordingStore();
    const { result, samples } = store.decode(
      gauge([{ at: now, value: 3.5, attributes: { 'queue.name': 'main', n: 1 } }]),
      now,
    );
    expect(result).toMatchObject({ ok: true, points: 1, taken: 1, rejected: {}, message: '', exemplars: [] });
    expect(samples).toEqual({
      [`queue_length{${mine.split(',')[0]},${mine.split(',')[1]},n="1",queue_name="main"}`]: [[now, 3.5]],
    });
    expect(store.contacts).toMatchObject([{ instanceId: 'r-1', pool: 'research/reader' }]);
  });

  test('integers, negative ones too, are exact', () => {
    const { samples } = new RecordingStore().decode(
      gauge([
        { at: now, int: -7n },
        { at: now + 1, int: 2n ** 53n },
      ]),
      now,
    );
    expect(samples).toEqual({
      [`queue_length{${mine}}`]: [
        [now, -7],
        [now + 1, 2 ** 53],
      ],
    });
  });

  test('a known series is not resolved again', () => {
    const store = new RecordingStore();
    store.decode(gauge([{ at: now, value: 1 }]), now);
    const asked = store.resolutions;
    const { samples } = store.decode(gauge([{ at: now + 1, value: 2 }]), now);
    expect(store.resolutions).toBe(asked);
    expect(samples).toEqual({ [`queue_length{${mine}}`]: [[now + 1, 2]] });
  });

  test('two agents with the same attributes have their own series', () => {
    const store = new RecordingStore();
    const writer = new WireWriter();
    for (const id of ['a', 'b'])
      writeResourceMetrics(writer, { 'service.name': 's', 'service.instance.id': id }, [
        { name: 'm', gauge: [{ at: now, value: 1, attributes: { k: 'v' } }] },
      ]);
    const { samples } = store.decode(writer.finish(), now);
    expect(Object.keys(samples)).toEqual(['m{instance="a",job="s",k="v"}', 'm{instance="b",job="s",k="v"}']);
  });

  test('an attribute cannot pretend to be another agent', () => {
    const store = new RecordingStore();
    const attributes = { job: 'x', instance: 'y', __name__: 'z', __proto: 'p' };
    const { samples } = store.decode(gauge([{ at: now, value: 1, attributes }]), now);
    expect(Object.keys(samples)).toEqual([
      `queue_length{exported_instance="y",exported_job="x",${mine},key__name__="z",key__proto="p"}`,
    ]);
  });

  test('"le" and "quantile" are ordinary attributes of a gauge', () => {
    const attributes = { le: '1', quantile: '0.5' };
    const { samples } = new RecordingStore().decode(gauge([{ at: now, value: 1, attributes }]), now);
    expect(Object.keys(samples)).toEqual([`queue_length{${mine},le="1",quantile="0.5"}`]);
  });

  test('a monotonic sum is a counter, another sum is not', () => {
    const bytes = metricsRequest(agent, [
      { name: 'http.requests', unit: '{request}', sum: [{ at: now, value: 5 }] },
      { name: 'in.flight', sum: [{ at: now, value: 2 }], monotonic: false },
    ]);
    expect(new RecordingStore().decode(bytes, now).samples).toEqual({
      [`http_requests_total{${mine}}`]: [[now, 5]],
      [`in_flight{${mine}}`]: [[now, 2]],
    });
  });

  test('deltas are added up; a repeated one is not added twice and an older one is refused', () => {
    const store = new RecordingStore();
    const delta = (at: number, value: number) =>
      metricsRequest(agent, [{ name: 'n', sum: [{ at, value }], temporality: 1 }]);
    store.decode(delta(now, 5), now);
    expect(store.decode(delta(now + 10, 3), now).samples).toEqual({ [`n_total{${mine}}`]: [[now + 10, 8]] });
    expect(store.decode(delta(now + 10, 3), now).samples).toEqual({ [`n_total{${mine}}`]: [[now + 10, 8]] });
    expect(store.decode(delta(now + 5, 3), now).result).toMatchObject({ taken: 0, rejected: { out_of_order: 1 } });
    expect(store.decode(delta(4_102_444_800_000, 3), now).result).toMatchObject({ rejected: { too_new: 1 } });
    expect(store.decode(delta(0, 3), now).result).toMatchObject({ rejected: { too_old: 1 } });
    expect(store.decode(delta(now + 20, 1), now).samples).toEqual({ [`n_total{${mine}}`]: [[now + 20, 9]] });
  });

  test('a request that turns out to be malformed leaves no trace in a delta', () => {
    const store = new RecordingStore();
    const delta = (at: number, value: number) =>
      metricsRequest(agent, [{ name: 'n', sum: [{ at, value }], temporality: 1 }]);
    store.decode(delta(now, 5), now);
    const broken = new Uint8Array([...delta(now + 10, 100), 0x0a, 0x7f]);
    expect(store.decode(broken, now)).toMatchObject({ result: { ok: false }, samples: {} });
    expect(store.decode(delta(now + 20, 1), now).samples).toEqual({ [`n_total{${mine}}`]: [[now + 20, 6]] });
  });

  test('"no recorded value" is a stale marker; no value at all is refused', () => {
    const { result, samples } = new RecordingStore().decode(gauge([{ at: now, flags: 1 }, { at: now + 1 }]), now);
    expect(samples).toEqual({ [`queue_length{${mine}}`]: [[now, 'stale']] });
    expect(result).toMatchObject({ points: 2, taken: 1, rejected: { malformed: 1 } });
  });

  test('attributes that do not stand together are still one identity', () => {
    const store = new RecordingStore();
    const writer = new WireWriter();
    const pair = (key: string) => (inner: WireWriter) => {
      inner.stringField(1, key);
      inner.messageField(2, (value) => value.stringField(1, 'v'));
    };
    writer.messageField(1, (rm) => {
      rm.messageField(2, (scope) =>
        scope.messageField(2, (metric) => {
          metric.messageField(5, (data) =>
            data.messageField(1, (point) => {
              point.messageField(7, pair('a'));
              point.fixed64Field(3, BigInt(now) * 1_000_000n);
              point.messageField(7, pair('b'));
              point.doubleField(4, 1);
            }),
          );
          metric.stringField(1, 'late.name');
        }),
      );
      rm.messageField(1, (resource) => resource.messageField(1, pair('service.name')));
    });
    expect(store.decode(writer.finish(), now).samples).toEqual({
      'late_name{a="v",b="v",instance="v/unknown",job="v"}': [[now, 1]],
    });
  });
});

describe('what is refused', () => {
  test('the bad points of a request, and only those', () => {
    const long = 'x'.repeat(1_001);
    const bytes = metricsRequest(agent, [
      {
        name: 'good',
        gauge: [
          { at: now, value: 1 },
          { at: now, value: 2, attributes: { 'a\nb': 'x' } },
          { at: now, value: 3, attributes: { k: long } },
        ],
      },
      { name: 'bad\u0000name', gauge: [{ at: now, value: 1 }] },
      { name: '', gauge: [{ at: now, value: 1 }] },
      { name: 'n'.repeat(300), gauge: [{ at: now, value: 1 }] },
      { name: 'no.temporality', sum: [{ at: now, value: 1 }], temporality: 0 },
    ]);
    const { result, samples } = new RecordingStore().decode(bytes, now);
    expect(samples).toEqual({ [`good{${mine}}`]: [[now, 1]] });
    expect(result).toMatchObject({
      points: 7,
      taken: 1,
      rejected: { invalid_name: 3, label_limit: 2, unsupported: 1 },
    });
    expect(result.ok && result.message).toContain('"a\\nb"');
  });

  test('1,000 label values that should have been one stop at the limit of the store', () => {
    const store = new RecordingStore();
    let taken = 0;
    store.takesSeries = () => taken++ < 101;
    const points = Array.from({ length: 1_000 }, (_, i) => ({ at: now, value: i, attributes: { user: `u${i}` } }));
    expect(store.decode(gauge(points), now).result).toMatchObject({
      points: 1_000,
      taken: 100,
      rejected: { series_limit: 900 },
    });
  });

  test('an agent that the registry does not take', () => {
    const store = new RecordingStore();
    store.takesAgents = false;
    expect(store.decode(gauge([{ at: now, value: 1 }]), now)).toMatchObject({
      result: { points: 1, taken: 0, rejected: { agent_limit: 1 } },
      samples: {},
    });
    expect(store.resolutions).toBe(0);
  });

  test('more than 64 labels', () => {
    const attributes = Object.fromEntries(Array.from({ length: 63 }, (_, i) => [`k${i}`, 'v']));
    expect(new RecordingStore().decode(gauge([{ at: now, value: 1, attributes }]), now).result).toMatchObject({
      rejected: { label_limit: 1 },
    });
  });

  test('bytes that are no request, whole', () => {
    const { result } = new RecordingStore().decode(new TextEncoder().encode('{"resourceMetrics":[]}'), now);
    expect(result).toMatchObject({ ok: false });
  });
});

describe('memory', () => {
  test('a series that the store has dropped is resolved anew', () => {
    const store = new RecordingStore();
    store.decode(gauge([{ at: now, value: 1 }]), now);
    const asked = store.resolutions;
    store.decoder.forgetRefs([1, 2]);
    store.decode(gauge([{ at: now, value: 1 }]), now);
    expect(store.resolutions).toBe(asked + 1);
  });

  test('identities are bounded and the dropped ones counted', () => {
    const store = new RecordingStore(1_000);
    for (let round = 0; round < 20; round++) {
      const points = Array.from({ length: 500 }, (_, i) => ({
        at: now,
        value: 1,
        attributes: { id: `${round}-${i}` },
      }));
      expect(store.decode(gauge(points), now).result).toMatchObject({ taken: 500 });
    }
    const stats = store.decoder.stats();
    expect(stats.series).toBeLessThanOrEqual(1_000);
    expect(stats.dropped).toBeGreaterThan(8_000);
  });

  test('target_info is written once a minute for each resource', () => {
    const store = new RecordingStore();
    const count = (at: number) => {
      const before = store.labels.length;
      store.decode(gauge([{ at, value: 1 }]), at);
      return store.labels.slice(before).filter((labels) => labels['__name__'] === 'target_info').length;
    };
    expect(count(now)).toBe(1);
    expect(store.labels[0]).toEqual({ __name__: 'target_info', job: 'research/reader', instance: 'r-1' });
  });
});
