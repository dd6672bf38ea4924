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
    [{ zone: {} }, 'constraints unknown key "zone"'],
  ])('%j', (constraints, wanted) => {
    expect(errorOf({ constraints })).toContain(`Cannot parse pool "analysts": ${wanted}`);
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
