import type { Pool } from '@jaegis/model';

/** Replicas as small squares: filled is ready, hollow is on the way, crossed is leaving; a number where there are many. */
export function ReplicaBar({ pool }: { pool: Pool }) {
  const { ready, pending, draining } = pool.currentReplicas;
  const total = ready + pending + draining;
  const label = `${ready} ready, ${pending} on the way, ${draining} leaving${pool.desiredReplicas === null ? '' : `, ${pool.desiredReplicas} wanted`}`;
  return (
    <span className="replicas" title={label}>
      <span className="replica-number">
        {ready}
        {pending > 0 && <span className="tone-warn"> +{pending}</span>}
        {draining > 0 && <span className="muted"> −{draining}</span>}
        {pool.desiredReplicas !== null && pool.desiredReplicas !== ready + pending && (
          <span className="muted"> → {pool.desiredReplicas}</span>
        )}
      </span>
      {total <= 40 && (
        <span className="replica-squares" aria-hidden="true">
          {Array.from({ length: total }, (_, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: squares are all alike
            <i key={i} data-kind={i < ready ? 'ready' : i < ready + pending ? 'pending' : 'draining'} />
          ))}
        </span>
      )}
      <span className="sr-only">{label}</span>
    </span>
  );
}
