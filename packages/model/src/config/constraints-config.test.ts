import { describe, expect, test } from 'vitest';
import { parseConfig } from './jaegis-config.ts';

function errorOf(pool: object, rest: object = {}): string {
  const result = parseConfig({ pools: [{ name: 'analysts', ...pool }], ...rest });
  return result.ok ? '' : result.error;
}

describe('constraints that cannot be met are named', () => {
  test.each([
    [{ redundancy: 11 }, 'constraints.redundancy is 11, must be <= replicas.max (10)'],
    [{ spare: 10 }, 'constraints.spare is 10, must be < replicas.max (10)'],
    [{ max_step: 0 }, 'constraints.max_step is 0, '],
    [{ zones: { names: ['a', 'a'] } }, 'constraints.zones.names has "a" twice, must name each zone once'],
    [{ zones: { names: ['a'], min: 2 } }, 'constraints.zones.min is 2, must be <= the number of zones (1)'],
    [
      { zones: { names: ['a'], survive_loss: true } },
      'constraints.zones.survive_loss is true with one zone, must have a second one to go on with',
    ],
    [{ zone: {} }, 'unknown key "constraints.zone"'],
  ])('%j', (constraints, wanted) => {
    expect(errorOf({ constraints })).toContain(`Cannot parse pool "analysts": ${wanted}`);
  });

  test.each([
    [[{ name: 'eu' }, { name: 'eu' }], {}, 'regions.1.name is "eu", must be unique'],
    [
      [{ name: 'eu', tags: ['gdpr'], latency: '90ms' }, { name: 'us' }],
      { require: ['gdpr'], max_latency: '50ms' },
      'placement leaves no region (eu is 90 ms away, at most 50 ms may be, us has not gdpr), must leave one',
    ],
    [[{ name: 'eu' }, { name: 'us' }], { spread: 3 }, 'placement.spread is 3, must be <= allowed regions (2)'],
    [
      [{ name: 'eu' }, { name: 'us' }],
      { max_share: 0.3 },
      'placement.max_share is 0.3, must be >= 1 / allowed regions (2)',
    ],
    [[{ name: 'eu', capacity: 1, min: 2 }], {}, 'regions.0.min is 2, must be <= its capacity (1)'],
    [
      [
        { name: 'eu', capacity: 1 },
        { name: 'us', capacity: 9 },
      ],
      { forbid: ['us'] },
      'regions have room for 1 by the rules, must be >= replicas.min (2)',
    ],
  ])('regions %j by %j', (regions, placement, wanted) => {
    expect(errorOf({ regions, placement, replicas: { min: 2, max: 5 } })).toBe(
      `Cannot parse pool "analysts": ${wanted}`,
    );
  });

  test('money that does not pay for the minimum', () => {
    const pool = { replicas: { min: 3, max: 9 }, cost: { per_replica_hour: 0.5, budget_per_hour: 1 } };
    expect(errorOf(pool)).toBe(
      'Cannot parse pool "analysts": cost.budget_per_hour is 1, must be >= what replicas.min costs (3 x 0.5 = 1.5)',
    );
  });

  test('a quota below the minimum of its pools, or of a pool that is not there', () => {
    const quota = (o: object) => errorOf({ replicas: { min: 3, max: 9 } }, { quotas: [{ name: 'gpus', ...o }] });
    expect(quota({ replicas: 2, pools: ['analysts'] })).toContain(
      'is 2, must be >= the minimum of its pools together (3)',
    );
    expect(quota({ replicas: 20, pools: ['readers'] })).toContain('has "readers", must name pools of this file');
  });

  test('what can be met is taken as it is written', () => {
    const zones = { names: ['a', 'b'], min: 2, survive_loss: true };
    const constraints = { redundancy: 2, spare: 1, max_step: 5, zones };
    const result = parseConfig({ pools: [{ name: 'analysts', constraints }] });
    expect(result.ok && result.config.pools[0]!.constraints).toEqual(constraints);
  });
});
