import type { MadeFleet } from './made-fleet.ts';
import type { MadeSignals } from './made-signals.ts';

/** Just enough of PromQL for the dashboard: one selector with `=` matchers, perhaps a range; without a name it is for measures of scaling. */
const form = /^(?<metric>[a-z_:][\w:]*)?(?:\{(?<matchers>[^}]*)\})?(?:\[(?<seconds>\d+)s\])?$/i;

const measures = { accuracy: 0.93, efficiency: 0.71, stability: 0.9, speed: 0.96, short: 0.02 };

interface MadeSeries {
  readonly metric: Record<string, string>;
  readonly at: (time: number) => number | null;
}

export interface MatrixResult {
  readonly metric: Record<string, string>;
  readonly values: (readonly [number, string])[];
}

export class MadeQueries {
  readonly #fleet: MadeFleet;
  readonly #signals: MadeSignals;

  constructor(fleet: MadeFleet, signals: MadeSignals) {
    this.#fleet = fleet;
    this.#signals = signals;
  }

  /** `undefined` when the expression is not understood. Samples lie on whole steps. */
  evaluate(expr: string, range: { from: number; to: number; stepMs: number }): MatrixResult[] | undefined {
    const parts = form.exec(expr)?.groups;
    if (parts === undefined) return undefined;
    const matchers = Object.fromEntries(
      [...(parts['matchers'] ?? '').matchAll(/(\w+)=("(?:[^"\\]|\\.)*")/g)].map(([, name, value]) => [
        name!,
        JSON.parse(value!) as string,
      ]),
    );
    const from = parts['seconds'] === undefined ? range.from : range.to - Number(parts['seconds']) * 1_000;
    const named = parts['metric'] ?? '';
    return this.#series(named, matchers).map((series) => {
      const values: (readonly [number, string])[] = [];
      for (let at = Math.ceil(from / range.stepMs) * range.stepMs; at <= range.to; at += range.stepMs) {
        const value = series.at(at);
        if (value !== null) values.push([at / 1_000, String(value)]);
      }
      return { metric: { __name__: named, ...series.metric }, values };
    });
  }

  #series(metric: string, matchers: Record<string, string>): MadeSeries[] {
    const signals = this.#signals;
    const pools = this.#fleet.pools.filter((pool) => matchers['pool'] === undefined || pool.name === matchers['pool']);
    const signal = matchers['signal'] ?? 'request_rate';
    switch (metric) {
      // The only question without a name is for the measures of the effect of scaling.
      case '':
        return Object.entries(measures).flatMap(([name, middle]) =>
          pools.map((pool) => ({
            metric: { __name__: `jaegis_scaling_${name}_ratio`, pool: pool.name },
            at: (time: number) => Math.max(0, Math.min(1, middle + 0.04 * Math.sin(time / 300_000 + middle * 9))),
          })),
        );
      case 'jaegis_agent_signal': {
        const instance_id = matchers['instance_id'] ?? '';
        return [{ metric: { signal, instance_id }, at: (time) => signals.agent(instance_id, signal, time) }];
      }
      case 'jaegis_pool_signal':
        return pools.map((pool) => ({
          metric: { signal, pool: pool.name },
          at: (time) => signals.pool(pool, signal, time),
        }));
      case 'jaegis_pool_replicas':
        return pools.flatMap((pool) => [
          { metric: { pool: pool.name, state: 'ready' }, at: (time: number) => signals.ready(pool, time) },
          {
            metric: { pool: pool.name, state: 'pending' },
            at: (time: number) => Math.max(0, signals.desired(pool, time) - signals.ready(pool, time)),
          },
          { metric: { pool: pool.name, state: 'draining' }, at: () => 0 },
          ...(pool.target === null
            ? []
            : [{ metric: { pool: pool.name, state: 'desired' }, at: (time: number) => signals.desired(pool, time) }]),
        ]);
      case 'jaegis_pool_forecast':
        return pools.map((pool) => ({
          metric: { pool: pool.name, signal, quantile: matchers['quantile'] ?? '0.5' },
          at: (time) => signals.pool(pool, signal, time),
        }));
      case 'jaegis_link_signal':
        return [{ metric: { ...matchers }, at: (time) => 40 + 10 * Math.sin(time / 400_000) }];
      case 'jaegis_fleet_score':
        return [{ metric: {}, at: (time) => 90 + 4 * Math.sin(time / 500_000) }];
      default:
        return [];
    }
  }
}
