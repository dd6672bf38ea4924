import { formatDuration, shortNumber } from '@jaegis/std';
import type { Need, NeedContext } from '../reactive/need.ts';

/** What the leader of a worker pool's candidates wants with the queue that really is there; `undefined` where none is at work. */
export function workerNeed(context: NeedContext, o: { arrivals: number; queue: number | undefined }): Need | undefined {
  const { workers, snapshot, now, startupMs } = context;
  const { config } = snapshot;
  if (workers === null || o.queue === undefined) return undefined;
  workers.observe(o.arrivals, now, o.queue);
  if (config.predictive !== 'forecast-and-scale') return undefined;
  const { waitS, allowedS, serviceS } = workers.settings;
  const { wanted, load } = workers.ask(o.queue);
  const shares = workers.lateShares;
  const late =
    shares === null
      ? ''
      : `: ${shortNumber(shares.real * 100)} of 100 waited longer so far, ${shortNumber(shares.rehearsed * 100)} in its rehearsal`;
  const { ready } = snapshot.replicas;
  const nextS = ready === 0 ? startupMs / 1_000 : (o.queue * serviceS) / ready;
  return {
    source: 'queue_length',
    kind: 'rehearsed',
    replicas: wanted <= 0 && (o.arrivals > 0 || o.queue > 0) ? 1 : Math.max(0, wanted) + config.policy.spare,
    growth: 0,
    why:
      `${shortNumber(load)} workers' work to be ready for within ${formatDuration(startupMs + config.intervalMs)} ` +
      `(${shortNumber(o.arrivals * 60)} jobs a minute arrive, ${formatDuration(serviceS * 1_000)} each; as ${workers.leaderName} has it)` +
      `${o.queue > 0 ? `, ${shortNumber(o.queue)} wait, a new one for about ${formatDuration(nextS * 1_000)}` : ''}; aimed at 95 of 100 waiting at most ` +
      `${formatDuration(waitS * 1_000)} (${formatDuration(allowedS * 1_000)} allowed)${late}`,
  };
}
