import type { LogRecord, Span } from '@jaegis/model';
import { seededRng } from '@jaegis/std';
import { memoryDirectory } from '@jaegis/tsdb';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeFrame, readFrames } from './frame.ts';
import { openTelemetryLog } from './telemetry-log.ts';

function log(at: number, fields: Partial<LogRecord> = {}): LogRecord {
  return {
    at,
    instanceId: 'reader-1',
    pool: 'reader',
    severity: 'info',
    body: `line ${at}`,
    traceId: '',
    attributes: {},
    ...fields,
  };
}

function span(startMs: number, fields: Partial<Span> = {}): Span {
  return {
    traceId: 'a'.repeat(32),
    spanId: 'b'.repeat(16),
    parentSpanId: '',
    name: 'GET /',
    kind: 'server',
    startMs,
    durationMs: 5,
    isError: false,
    errorClass: '',
    instanceId: 'reader-1',
    pool: 'reader',
    attributes: { 'http.route': '/' },
    ...fields,
  };
}

describe('telemetry log', () => {
  test('gives logs newest first, by agent, pool, time and text', async () => {
    const logs = await openTelemetryLog(memoryDirectory());
    await logs.appendLogs(Array.from({ length: 200 }, (_, i) => log(i, { instanceId: `reader-${i % 4}` })));
    await logs.appendLogs([log(150.5, { pool: 'writer', body: 'Ünïcode\nand a NEWLINE' })]);
    expect((await logs.logs({ limit: 3 })).map((each) => each.at)).toEqual([199, 198, 197]);
    expect((await logs.logs({ limit: 3, instanceId: 'reader-2' })).map((each) => each.at)).toEqual([198, 194, 190]);
    expect((await logs.logs({ limit: 100, from: 10, to: 13 })).map((each) => each.at)).toEqual([13, 12, 11, 10]);
    expect(await logs.logs({ limit: 5, pool: 'writer' })).toEqual([
      log(150.5, { pool: 'writer', body: 'Ünïcode\nand a NEWLINE' }),
    ]);
    expect(await logs.logs({ limit: 5, search: 'newline' })).toHaveLength(1);
    expect(await logs.logs({ limit: 5, instanceId: 'nobody' })).toEqual([]);
  });

  test('gives the spans of a trace', async () => {
    const logs = await openTelemetryLog(memoryDirectory());
    await logs.appendSpans(Array.from({ length: 300 }, (_, i) => span(i, { traceId: `${i % 30}` })));
    await logs.appendLogs([log(5, { traceId: '7' })]);
    expect((await logs.spans({ traceId: '7', limit: 100 })).map((each) => each.startMs)).toEqual([
      277, 247, 217, 187, 157, 127, 97, 67, 37, 7,
    ]);
    expect(await logs.spans({ instanceId: 'reader-1', limit: 1 })).toEqual([span(299, { traceId: '29' })]);
  });

  test('keeps to its bound by dropping the oldest file', async () => {
    const logs = await openTelemetryLog(memoryDirectory(), { maxBytes: 50_000, segmentBytes: 5_000 });
    for (let i = 0; i < 1_000; i++) await logs.appendLogs([log(i)]);
    expect(logs.stats().bytesOnDisk).toBeLessThanOrEqual(50_000);
    const kept = await logs.logs({ limit: 10_000 });
    expect(kept[0]!.at).toBe(999);
    expect(kept.length).toBeGreaterThan(100);
    expect(kept.map((each) => each.at)).toEqual(kept.map((_, i) => 999 - i));
  });

  test('all is there after a crash; what comes next goes to a new file', async () => {
    const directory = memoryDirectory();
    const logs = await openTelemetryLog(directory);
    await Promise.all(Array.from({ length: 50 }, (_, i) => logs.appendLogs([log(i)])));
    const after = directory.crash();
    const again = await openTelemetryLog(after);
    await again.appendLogs([log(50)]);
    expect((await again.logs({ limit: 100 })).map((each) => each.at)).toEqual(
      Array.from({ length: 51 }, (_, i) => 50 - i),
    );
    expect(await after.list()).toHaveLength(2);
  });

  test('a full disk drops and counts, and heals', async () => {
    const directory = memoryDirectory();
    const logs = await openTelemetryLog(directory);
    await logs.appendLogs([log(1)]);
    directory.faults.roomBytes = 10;
    await logs.appendLogs([log(2), log(3)]);
    expect(logs.stats()).toMatchObject({ dropped: 2, error: 'ENOSPC: no space left on device, write' });
    directory.faults.roomBytes = Number.POSITIVE_INFINITY;
    await logs.appendLogs([log(4)]);
    expect((await logs.logs({ limit: 10 })).map((each) => each.at)).toEqual([4, 1]);
    expect(logs.stats().error).toBe('');
  });

  test('damage anywhere costs the frames it touches, and nothing else', async () => {
    const directory = memoryDirectory();
    const logs = await openTelemetryLog(directory);
    for (let i = 0; i < 30; i++) await logs.appendLogs([log(i)]);
    const [name] = await directory.list();
    const size = await directory.size(name!);
    const rng = seededRng(1);
    for (let round = 0; round < 300; round++) {
      const damaged = directory.crash();
      if (rng.chance(0.3)) damaged.cut(name!, rng.int(0, size));
      else damaged.flipBit(name!, rng.int(0, size * 8 - 1));
      const read = await (await openTelemetryLog(damaged)).logs({ limit: 100 });
      const cutTo = await damaged.size(name!);
      for (const record of read) expect(record).toEqual(log(record.at));
      expect(read.length).toBeGreaterThanOrEqual(Math.floor((cutTo / size) * 30) - 2);
    }
  });
});

test('bytes of any kind are read without a throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(200), (noise, at) => {
      const frame = encodeFrame('logs', [{ at: 1, keys: ['x'], json: '{"a":1}' }]);
      const bytes = new Uint8Array([...noise.subarray(0, at), ...frame, ...noise.subarray(at)]);
      for (const each of readFrames(bytes).frames) each.records();
    }),
  );
});
