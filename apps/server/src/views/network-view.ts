import type { SystemReport } from '@jaegis/model';
import type { Fleet } from '../core/fleet.ts';
import { leastPoints } from '../core/network-loop.ts';

/** How the forecasting network is doing: what it waits for, what the last training came to, where it has a say. */
export function networkView(fleet: Fleet): SystemReport['network'] {
  const { network } = fleet;
  const { isTraining, nextAt, error } = network.state;
  const last = network.last ?? null;
  const made = fleet.pools
    .list()
    .flatMap((entry) => [...entry.forecasts.values()].map((forecast) => ({ pool: entry.name, forecast })));
  const shares = made.flatMap(({ pool, forecast: { series, reach, weights } }) => {
    const share = weights?.['lstm'];
    return share === undefined ? [] : [{ pool, signal: series['signal'] ?? '', reach: reach ?? 'hour', share }];
  });
  const longest = made.reduce<SystemReport['network']['longest']>(
    (best, { pool, forecast: { points = 0, step } }) =>
      points > (best?.points ?? 0) ? { pool, points, stepMs: step } : best,
    null,
  );
  const isOff = fleet.networkTrainer === undefined;
  return {
    state: isOff ? 'off' : isTraining ? 'training' : last !== null ? 'trained' : 'waiting',
    nextAt: isOff || nextAt === 0 ? null : nextAt,
    needed: leastPoints,
    longest,
    last,
    shares: shares.sort((a, b) => b.share - a.share),
    error,
  };
}
