import type { SystemReport } from '@jaegis/model';
import { reachWords, signalName } from '../../data/signal-words.ts';
import { written } from '../../data/written.ts';
import { Ago } from '../../widgets/ago.tsx';
import { PoolLink } from '../../widgets/links.tsx';
import { Section } from '../../widgets/section.tsx';
import { StateMark } from '../../widgets/state-mark.tsx';

const shownShares = 4;

/** The network that learns from all pools together: what it waits for, what it has learned, where it has a say. */
export function Network({ report: { network } }: { report: SystemReport }) {
  const { state, last, error } = network;
  return (
    <Section title="Forecasting network" aside={<span className="small muted">member lstm</span>}>
      {last === null ? <NotYet network={network} /> : <Learned network={network} last={last} />}
      {error !== '' && <p className="small bad-text">The last training failed: {error}</p>}
      {last !== null && state === 'off' && <p className="small muted">It is not trained any more in this server.</p>}
    </Section>
  );
}

function NotYet({ network: { state, needed, longest, nextAt } }: { network: SystemReport['network'] }) {
  if (state === 'off') return <p className="muted">This server trains none; the other members forecast without it.</p>;
  if (state === 'training')
    return (
      <>
        <p className="calm">
          <StateMark state="starting">Training for the first time.</StateMark>
        </p>
        <p className="muted">It takes some minutes, at a tenth of one core. Then it competes in every forecast.</p>
      </>
    );
  return (
    <>
      <p className="muted">
        Not trained yet. It learns from what all pools were asked for, in a thread of its own, and then competes in
        every forecast. It needs {needed} points of one pool: two hours of demand at 15 s.
      </p>
      <dl className="facts">
        <div>
          <dt>Longest so far</dt>
          <dd>
            {longest === null ? (
              'nothing yet'
            ) : (
              <>
                <PoolLink name={longest.pool} />, {written(Math.min(longest.points, needed), 'count')} of {needed}{' '}
                points
              </>
            )}
          </dd>
        </div>
        {nextAt !== null && (
          <div>
            <dt>{longest !== null && longest.points >= needed ? 'Begins' : 'Looks again'}</dt>
            <dd>
              <Ago at={nextAt} />
            </dd>
          </div>
        )}
      </dl>
    </>
  );
}

type Last = NonNullable<SystemReport['network']['last']>;

function Learned({ network, last }: { network: SystemReport['network']; last: Last }) {
  const { state, nextAt, shares } = network;
  return (
    <dl className="facts">
      <div>
        <dt>Trained</dt>
        <dd>
          <Ago at={last.trainedAt} />, on {last.series} {last.series === 1 ? 'series' : 'series together'}
        </dd>
      </div>
      <div>
        <dt>{state === 'training' ? 'Now' : 'Next'}</dt>
        <dd>{state === 'training' ? 'it learns on' : nextAt === null ? '–' : <Ago at={nextAt} />}</dd>
      </div>
      <div>
        <dt>Error on what was held back</dt>
        <dd>
          {written(last.loss, 'ratio')} <span className="muted">of a naive forecast's; {was(last)}</span>
        </dd>
      </div>
      {shares.length === 0 && (
        <div>
          <dt>Say in the forecasts</dt>
          <dd>none yet: no forecast was made with it</dd>
        </div>
      )}
      {shares.slice(0, shownShares).map(({ pool, signal, reach, share }) => (
        <div key={`${pool}:${signal}:${reach}`}>
          <dt>
            Say in <PoolLink name={pool} /> {signalName(signal).toLowerCase()} {reachWords[reach]}
          </dt>
          <dd>{share < 0.0005 ? 'none: others do better' : written(share, 'ratio')}</dd>
        </div>
      ))}
      {shares.length > shownShares && (
        <div>
          <dt>{shares.length - shownShares} more forecasts</dt>
          <dd>{written(shares[shownShares]!.share, 'ratio')} at most</dd>
        </div>
      )}
    </dl>
  );
}

function was({ firstLoss, trainings }: Last): string {
  return `${written(firstLoss, 'ratio')} before ${trainings === 1 ? 'the training' : `the last of ${trainings} trainings`}`;
}
