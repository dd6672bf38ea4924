import { useConnection } from '../live/connection-store.ts';
import { retryConnection } from '../live/use-live.ts';
import { useNow } from '../time/clock-store.ts';
import { clockSeconds } from '../time/words.ts';

/** Says since when nothing was heard. The page below keeps the last picture, greyed. */
export function ConnectionBanner() {
  const { state, lostSince, retryAt } = useConnection();
  const now = useNow();
  if (state !== 'lost' || lostSince === null) return null;
  const waitSeconds = Math.max(0, Math.ceil(((retryAt ?? now) - now) / 1_000));
  return (
    <div className="connection-banner" role="alert">
      <span className="strong">Connection lost since {clockSeconds(lostSince)}.</span>
      <span>This is the last picture.</span>
      <span className="muted connection-wait">
        {waitSeconds > 0 ? `Trying again in ${waitSeconds} s.` : 'Trying again.'}
      </span>
      <button type="button" className="button button-quiet" onClick={retryConnection}>
        Try now
      </button>
    </div>
  );
}
