import type { SizeRange, SizeRecommendation } from '@jaegis/model';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decideSize, type SizeInputs } from './decide-size.ts';

const now = 1_800_000_000_000;
const hour = 3_600_000;
const mib = 2 ** 20;
const flat = (target: number): SizeRange => ({ lower: target, target, upper: target });

function recommended(o: Partial<SizeRecommendation> = {}): SizeRecommendation {
  const current = { cpu: 1, memoryBytes: 400 * mib };
  return { verdict: 'fits', reason: 'uses what it has well', cpu: flat(0.8), memory: flat(300 * mib), current, ...o };
}

function decide(o: Partial<SizeInputs>, at: { resizedAt?: number; isAtLid?: boolean; isSettled?: boolean } = {}) {
  const inputs: SizeInputs = {
    current: { cpu: 1, memoryBytes: 400 * mib },
    recommendation: recommended(),
    bounds: { cpu: [0.1, 10], memoryBytes: [40 * mib, 4_000 * mib] },
    used: { cpu: 0.5, memoryBytes: 200 * mib },
    latencyRatio: 1,
    outOfMemoryAt: 0,
    watchedMs: 24 * hour,
    ...o,
  };
  return decideSize(inputs, { resizedAt: 0, isAtLid: false, isSettled: true, ...at }, now);
}

describe('the size of a replica', () => {
  test('stays where it fits', () => {
    expect(decide({})).toBeNull();
  });

  test('memory grows at once when a replica ran out of it, and over 90 %', () => {
    const ranOut = decide({ outOfMemoryAt: now - hour, recommendation: recommended({ memory: flat(600 * mib) }) });
    expect(ranOut).toMatchObject({ reason: 'OutOfMemory', to: { cpu: 1, memoryBytes: 600 * mib } });
    const full = decide({ used: { cpu: 0.1, memoryBytes: 370 * mib } });
    expect(full).toMatchObject({ reason: 'Saturated', to: { memoryBytes: 600 * mib } });
    expect(full!.message).toBe('one replica 400 MiB -> 600 MiB: 93 % of its memory is used');
  });

  test('CPU grows where the number cannot', () => {
    const used = { cpu: 0.95, memoryBytes: 200 * mib };
    expect(decide({ used })).toBeNull();
    expect(decide({ used }, { isAtLid: true })).toMatchObject({ reason: 'Saturated', to: { cpu: 1.5 } });
  });

  test('answers that take more than 20 % longer with a full processor, once the number is settled', () => {
    const o = { used: { cpu: 0.8, memoryBytes: 200 * mib }, latencyRatio: 1.3 };
    expect(decide(o)).toMatchObject({ reason: 'Degraded' });
    expect(decide(o, { isSettled: false })).toBeNull();
    expect(decide({ ...o, latencyRatio: 1.15 })).toBeNull();
    expect(decide({ ...o, used: { cpu: 0.3, memoryBytes: null } })).toBeNull();
  });

  test('shrinks by half at most, an hour apart, after six hours, and not the day after it ran out of memory', () => {
    const recommendation = recommended({ verdict: 'too_large', cpu: flat(0.2), memory: flat(80 * mib) });
    expect(decide({ recommendation })).toMatchObject({ reason: 'TooLarge', to: { cpu: 0.5, memoryBytes: 200 * mib } });
    expect(decide({ recommendation }, { resizedAt: now - hour / 2 })).toBeNull();
    expect(decide({ recommendation, watchedMs: hour })).toBeNull();
    expect(decide({ recommendation, latencyRatio: 1.5 })).toBeNull();
    expect(decide({ recommendation, outOfMemoryAt: now - 2 * hour })).toMatchObject({
      to: { cpu: 0.5, memoryBytes: 400 * mib },
    });
  });

  test('what has no limit gets none', () => {
    const current = { cpu: null, memoryBytes: null };
    expect(decide({ current, used: { cpu: 5, memoryBytes: 900 * mib } }, { isAtLid: true })).toBeNull();
  });

  test('whatever is seen: within bounds, by a tenth at least, never smaller while something is short', () => {
    const share = fc.option(fc.double({ min: 0, max: 3, noNaN: true }), { nil: null });
    const range = fc.option(fc.double({ min: 0.01, max: 50, noNaN: true }).map(flat), { nil: null });
    const made = fc.record({
      cpuUse: share,
      memoryUse: share,
      cpu: range,
      memory: range,
      verdict: fc.constantFrom('fits' as const, 'too_small' as const, 'too_large' as const, 'not_known' as const),
      latencyRatio: share,
      ranOut: fc.boolean(),
      isAtLid: fc.boolean(),
    });
    fc.assert(
      fc.property(made, (o) => {
        const memory = o.memory === null ? null : flat(o.memory.target * 100 * mib);
        const size = decide(
          {
            used: { cpu: o.cpuUse, memoryBytes: o.memoryUse === null ? null : o.memoryUse * 400 * mib },
            recommendation: recommended({ verdict: o.verdict, cpu: o.cpu, memory }),
            latencyRatio: o.latencyRatio,
            outOfMemoryAt: o.ranOut ? now - 60_000 : 0,
          },
          { isAtLid: o.isAtLid },
        );
        if (size === null) return;
        const { from, to } = size;
        expect(to.cpu).toBeGreaterThanOrEqual(0.1);
        expect(to.cpu).toBeLessThanOrEqual(10);
        expect(to.memoryBytes).toBeGreaterThanOrEqual(40 * mib);
        expect(to.memoryBytes).toBeLessThanOrEqual(4_000 * mib);
        const moved = Math.abs(to.cpu! / from.cpu! - 1) + Math.abs(to.memoryBytes! / from.memoryBytes! - 1);
        expect(moved).toBeGreaterThan(0.09);
        if (o.ranOut || (o.memoryUse ?? 0) > 0.9) expect(to.memoryBytes).toBeGreaterThanOrEqual(from.memoryBytes!);
        expect(size.message).not.toBe('');
      }),
    );
  });
});
