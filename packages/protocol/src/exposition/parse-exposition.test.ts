import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseExposition, parseSeries } from './parse-exposition.ts';

function read(text: string, isOpenMetrics = false) {
  const samples: [string, number, number | null][] = [];
  const result = parseExposition(text, {
    isOpenMetrics,
    onSample: (series, value, at) => void samples.push([series, value, at]),
  });
  return { ...result, count: result.samples, samples };
}

describe('Prometheus text format', () => {
  test('samples with comments, blanks, timestamps and every kind of number', () => {
    const page = [
      '# HELP node_load1 1m load average.',
      '# TYPE node_load1 gauge',
      'node_load1 0.21',
      '',
      '  http_requests_total{method="post",code="200"}   1027 1395066363000  ',
      'a +Inf',
      'b -Inf',
      'c NaN',
      'd 1.458255915e9',
      'e{} 1\r',
      'f {x="1"} 2',
    ].join('\n');
    const { samples, badLines, isComplete } = read(page);
    expect(samples).toEqual([
      ['node_load1', 0.21, null],
      ['http_requests_total{method="post",code="200"}', 1027, 1395066363000],
      ['a', Infinity, null],
      ['b', -Infinity, null],
      ['c', NaN, null],
      ['d', 1458255915, null],
      ['e{}', 1, null],
      ['f {x="1"}', 2, null],
    ]);
    expect([badLines, isComplete]).toEqual([0, true]);
  });

  test('braces and escapes inside quotes', () => {
    const { samples } = read('m{path="C:\\\\DIR\\\\",err="say \\"}\\"\\n"} 1');
    expect(parseSeries(samples[0]![0])).toEqual({
      ok: true,
      name: 'm',
      labels: { path: 'C:\\DIR\\', err: 'say "}"\n' },
    });
  });

  test('a bad line is counted and the others are taken', () => {
    const { samples, badLines, error } = read('good 1\n9bad 2\nbad{a="1" 3\nbad x\nbad 1 2 3\nalso_good 2\nna-me 1');
    expect(samples.map(([series]) => series)).toEqual(['good', 'also_good']);
    expect(badLines).toBe(5);
    expect(error).toBe('line 2: a metric name must come first: "9bad 2"');
  });

  test('label sets that cannot be', () => {
    expect(parseSeries('m{a="1",a="2"}')).toMatchObject({ ok: false, error: 'label a is given twice' });
    expect(parseSeries('m{a=1}')).toMatchObject({ ok: false });
    expect(parseSeries('m{a="1"b="2"}')).toMatchObject({ ok: false });
    expect(parseSeries('m{a="1"')).toMatchObject({ ok: false });
    expect(parseSeries('m{a="",}')).toEqual({ ok: true, name: 'm', labels: {} });
  });
});

describe('OpenMetrics', () => {
  test('timestamps in seconds, exemplars, units, the end', () => {
    const page = [
      '# TYPE foo histogram',
      '# UNIT foo seconds',
      'foo_bucket{le="0.1"} 8 1520879607.789 # {trace_id="abc # } x"} 0.067 1520879607.7',
      'foo_count 17 # {a="b"} 1',
      'foo_created 1520430000.123',
      '# EOF',
      'after 1',
    ].join('\n');
    const { samples, badLines, isComplete } = read(page, true);
    expect(samples).toEqual([
      ['foo_bucket{le="0.1"}', 8, 1520879607789],
      ['foo_count', 17, null],
      ['foo_created', 1520430000.123, null],
    ]);
    expect([badLines, isComplete]).toEqual([0, true]);
  });

  test('a page that was cut off says so', () => {
    expect(read('foo 1\n', true)).toMatchObject({ isComplete: false, count: 1 });
  });
});

test('any text gives a result', () => {
  const piece = fc.oneof(
    fc.constantFrom('{', '}', '"', '\\', '=', ',', '#', ' ', '\n', 'a', '1', '# EOF', 'NaN'),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), fc.boolean(), (pieces, isOpenMetrics) => {
      const { samples, count } = read(pieces.join(''), isOpenMetrics);
      expect(samples.length).toBe(count);
      for (const [series] of samples) parseSeries(series);
    }),
    { numRuns: 2_000 },
  );
});

test('what is written is what is read', () => {
  const labels = fc.dictionary(fc.stringMatching(/^[a-z_][a-z0-9_]{0,8}$/), fc.string({ minLength: 1 }), {
    maxKeys: 5,
  });
  const escaped = (value: string) => value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  fc.assert(
    fc.property(labels, fc.double({ noNaN: true }), (given, value) => {
      const body = Object.entries(given).map(([name, text]) => `${name}="${escaped(text)}"`);
      const { samples } = read(`m{${body.join(',')}} ${value}`.replaceAll('Infinity', 'Inf'));
      expect(samples[0]![1]).toBe(Object.is(value, -0) ? 0 : value);
      expect(parseSeries(samples[0]![0])).toEqual({ ok: true, name: 'm', labels: given });
    }),
  );
});
