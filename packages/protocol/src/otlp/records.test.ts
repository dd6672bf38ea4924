import { describe, expect, test } from 'vitest';
import { type Attributes, attributesField, nanos } from '../../test/otlp-bytes.ts';
import { WireWriter } from '../wire/wire-writer.ts';
import { decodeLogs } from './logs.ts';
import { decodeTraces } from './traces.ts';

const now = 1_700_000_000_000;

interface SpanBytes {
  readonly traceId?: Uint8Array;
  readonly spanId?: Uint8Array;
  readonly parent?: Uint8Array;
  readonly name?: string;
  readonly kind?: number;
  readonly start?: number;
  readonly end?: number;
  readonly attributes?: Attributes;
  readonly status?: number;
}

function request(resource: Attributes, items: ((writer: WireWriter) => void)[]): Uint8Array {
  const writer = new WireWriter();
  writer.messageField(1, (group) => {
    group.messageField(1, (inner) => attributesField(inner, 1, resource));
    group.messageField(2, (scope) => {
      for (const item of items) scope.messageField(2, item);
    });
  });
  return writer.finish();
}

function traces(...spans: SpanBytes[]) {
  const write = (span: SpanBytes) => (writer: WireWriter) => {
    writer.bytesField(1, span.traceId ?? new Uint8Array(16).fill(0xab));
    writer.bytesField(2, span.spanId ?? new Uint8Array(8).fill(0xcd));
    if (span.parent !== undefined) writer.bytesField(4, span.parent);
    writer.stringField(5, span.name ?? 'work');
    writer.varintField(6, span.kind ?? 1);
    writer.fixed64Field(7, nanos(span.start ?? now));
    writer.fixed64Field(8, nanos(span.end ?? now + 10));
    attributesField(writer, 9, span.attributes ?? {});
    if (span.status !== undefined) writer.messageField(15, (status) => status.varintField(3, span.status!));
  };
  const decoded = decodeTraces(request({ 'service.name': 's' }, spans.map(write)), now);
  if (!decoded.ok) throw new Error(decoded.error);
  return { spans: decoded.groups[0]!.items, rejected: decoded.rejected, message: decoded.message };
}

describe('spans', () => {
  test.each([
    ['a trace id of the wrong length', { traceId: new Uint8Array(15).fill(1) }, 'malformed'],
    ['a trace id of zeros', { traceId: new Uint8Array(16) }, 'malformed'],
    ['a span id of zeros', { spanId: new Uint8Array(8) }, 'malformed'],
    ['a parent id of the wrong length', { parent: new Uint8Array(7).fill(1) }, 'malformed'],
    ['control characters in its name', { name: 'a\u0000b' }, 'invalid_name'],
    ['a time in 1970', { start: 1_000, end: 2_000 }, 'too_old'],
    ['a time in 2100', { start: 4_102_444_800_000, end: 4_102_444_800_001 }, 'too_new'],
  ])('%s refuses that span alone', (_what, bad, reason) => {
    const { spans, rejected, message } = traces({}, bad, { name: 'other' });
    expect(spans.map((span) => span.name)).toEqual(['work', 'other']);
    expect(rejected).toEqual({ [reason]: 1 });
    expect(message).toContain(reason);
  });

  test('a parent id of zeros is a root', () => {
    expect(traces({ parent: new Uint8Array(8) }).spans[0]!.parentSpanId).toBe('');
  });

  test('kinds, and those not yet invented', () => {
    const kinds = [0, 1, 2, 3, 4, 5, 99].map((kind) => traces({ kind }).spans[0]!.kind);
    expect(kinds).toEqual(['internal', 'internal', 'server', 'client', 'producer', 'consumer', 'internal']);
  });

  test('an end before the start is a duration of zero; fractions of a millisecond are kept', () => {
    expect(traces({ start: now, end: now - 5 }).spans[0]!.durationMs).toBe(0);
    const { startMs, durationMs } = traces({ start: now + 0.25, end: now + 0.75 }).spans[0]!;
    expect([startMs - now, durationMs]).toEqual([0.25, 0.5]);
  });

  test('only attributes that the engines read are kept, bounded in number and length', () => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`http.x${i}`, 'v']));
    const { attributes } = traces({ attributes: { 'user.email': 'private', 'db.query': 'x'.repeat(5_000), ...many } })
      .spans[0]!;
    expect(Object.keys(attributes).length).toBe(64);
    expect(attributes['user.email']).toBeUndefined();
    expect(String(attributes['db.query']).length).toBe(1_000);
  });

  test('what is an error, and of which class', () => {
    expect(traces({ status: 2 }).spans[0]).toMatchObject({ isError: true, errorClass: 'error' });
    expect(traces({ attributes: { 'error.type': 'timeout' } }).spans[0]).toMatchObject({
      isError: true,
      errorClass: 'timeout',
    });
    expect(traces({ status: 1, attributes: { 'error.type': 'timeout' } }).spans[0]).toMatchObject({
      isError: false,
      errorClass: '',
    });
  });

  test('a resource that cannot be named refuses its own spans', () => {
    const item = (writer: WireWriter) => writer.stringField(5, 'x');
    const decoded = decodeTraces(request({ 'service.instance.id': 'a\nb' }, [item, item]), now);
    expect(decoded).toMatchObject({ ok: true, groups: [], rejected: { invalid_name: 2 }, rejectedCount: 2 });
  });
});

describe('log records', () => {
  const log = (write: (writer: WireWriter) => void) => {
    const decoded = decodeLogs(request({ 'service.name': 's' }, [write]), now);
    if (!decoded.ok) throw new Error(decoded.error);
    return decoded.groups[0]!.items[0];
  };

  test('severity from the number, else from the text, else info', () => {
    const severity = (number: number, text: string) =>
      log((writer) => {
        writer.varintField(2, number);
        writer.stringField(3, text);
      })!.severity;
    expect([1, 5, 9, 13, 17, 21, 24].map((number) => severity(number, ''))).toEqual([
      'trace',
      'debug',
      'info',
      'warn',
      'error',
      'fatal',
      'fatal',
    ]);
    expect(['WARNING', 'err', 'Critical', 'whatever'].map((text) => severity(0, text))).toEqual([
      'warn',
      'error',
      'fatal',
      'info',
    ]);
  });

  test('the time it was seen stands in for its own, and the time it arrived for both', () => {
    expect(log((writer) => writer.fixed64Field(11, nanos(now - 7)))!.at).toBe(now - 7);
    expect(log(() => {})!.at).toBe(now);
  });

  test('a long body is cut, never in the middle of a character', () => {
    const body = '😀'.repeat(5_000);
    const { body: kept } = log((writer) => writer.messageField(5, (inner) => inner.stringField(1, `x${body}`)))!;
    expect(kept.length).toBe(8_191);
    expect(kept.at(-1)).not.toMatch(/[\ud800-\udbff]$/);
  });

  test('bytes are base64, a list is JSON', () => {
    const value = (write: (inner: WireWriter) => void) => log((writer) => writer.messageField(5, write))!.body;
    expect(value((inner) => inner.bytesField(7, new Uint8Array([1, 2, 250, 255])))).toBe('AQL6/w==');
    expect(
      value((inner) => inner.messageField(5, (list) => list.messageField(1, (item) => item.varintField(3, -3)))),
    ).toBe('[-3]');
  });
});
