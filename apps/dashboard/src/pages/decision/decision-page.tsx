import type { Decision } from '@jaegis/model';
import { decisionStory } from '@jaegis/model/decision-story';
import { formatDuration } from '@jaegis/std';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { decisionQuery } from '../../data/queries.ts';
import { reasonWords, signalName, signalText } from '../../data/signal-words.ts';
import { written } from '../../data/written.ts';
import { span } from '../../time/words.ts';
import { Ago, At } from '../../widgets/ago.tsx';
import { ColumnHeads, num } from '../../widgets/column-heads.tsx';
import { FactTable } from '../../widgets/fact-table.tsx';
import { PoolLink } from '../../widgets/links.tsx';
import { Loaded } from '../../widgets/page-states.tsx';
import { Section } from '../../widgets/section.tsx';
import { StateMark } from '../../widgets/state-mark.tsx';
import { WhatIf } from '../what-if/what-if.tsx';
import { DecisionFront } from './decision-front.tsx';
import { DecisionPath } from './decision-path.tsx';
import { DecisionRegions } from './decision-regions.tsx';
import { DecisionSizeSection } from './decision-size.tsx';

/** Why did it scale? The whole story of one decision: seen, wanted, limited, done, and what came of it. */
export function DecisionPage() {
  const { _splat: id = '' } = useParams({ strict: false });
  const query = useQuery(decisionQuery(id));
  return (
    <div className="page decision-page">
      <Loaded query={query} lines={10} what="this decision">
        {(decision) => (
          <>
            <header className="page-head page-head-tall">
              <div className="grow">
                <p className="small muted row row-wrap">
                  <Link to="/pools" className="text-link">
                    Pools
                  </Link>
                  <PoolLink name={decision.pool} />
                  <span>
                    <At at={decision.at} />, <Ago at={decision.at} />
                  </span>
                </p>
                <h1>
                  {decision.from === decision.to
                    ? `Kept ${decision.to} ${decision.to === 1 ? 'replica' : 'replicas'}`
                    : `${decision.from} to ${decision.to} replicas`}
                  <span className="decision-reason muted">{reasonWords(decision.reason)}</span>
                </h1>
                <p>{decision.message}</p>
              </div>
            </header>
            <Section title="In plain words">
              <p className="decision-story">{decisionStory(decision).join(' ')}</p>
            </Section>
            <DecisionPath decision={decision} />
            <div className="two-columns">
              <div>
                <Inputs decision={decision} />
                <Forecast decision={decision} />
                {decision.placement != null && <DecisionRegions placement={decision.placement} />}
                {decision.size != null && <DecisionSizeSection size={decision.size} />}
                {decision.plan != null && <DecisionFront plan={decision.plan} decision={decision} />}
              </div>
              <Effect decision={decision} />
            </div>
            <WhatIf pool={decision.pool} around={decision.at} />
          </>
        )}
      </Loaded>
    </div>
  );
}

function Inputs({ decision }: { decision: Decision }) {
  const { inputs } = decision;
  return (
    <Section title="What was seen">
      <FactTable
        columns={[
          { name: 'Signal', cell: ([name]) => signalName(name) },
          {
            name: 'Value',
            isNum: true,
            cell: ([name, { value }]) => (value === null ? 'not known' : signalText(name, value)),
            tone: ([, { value }]) => (value === null ? 'faint' : ''),
          },
          {
            name: 'Age',
            isNum: true,
            cell: ([, { value, ageMs }]) => (value === null ? '' : span(ageMs)),
            tone: () => 'muted',
          },
        ]}
        rows={Object.entries(inputs.signals)}
        keyOf={([name]) => name}
      />
      <dl className="facts">
        <div>
          <dt>Replicas then</dt>
          <dd>
            {inputs.replicas.ready} ready, {inputs.replicas.pending} on the way, {inputs.replicas.draining} leaving
          </dd>
        </div>
        <div>
          <dt>One replica carries</dt>
          <dd>{written(inputs.capacityPerReplica, '1/s')}</dd>
        </div>
        <div>
          <dt>Start-up takes</dt>
          <dd>{formatDuration(inputs.startupMs)}</dd>
        </div>
        {decision.workload != null && (
          <div>
            <dt>Kind of load</dt>
            <dd>
              {decision.workload.class} <span className="muted">{decision.workload.reason}</span>
            </dd>
          </div>
        )}
      </dl>
    </Section>
  );
}

function Forecast({ decision }: { decision: Decision }) {
  const { forecast } = decision;
  return (
    <Section title="Forecast used">
      {forecast === null ? (
        <p className="muted">None: the decision was taken on what was measured.</p>
      ) : (
        <dl className="facts">
          <div>
            <dt>Peak at P{Math.round(forecast.quantile * 100)}</dt>
            <dd>{signalText(forecast.signal, forecast.peak)}</dd>
          </div>
          <div>
            <dt>Peak at P50</dt>
            <dd>{signalText(forecast.signal, forecast.median)}</dd>
          </div>
          <div>
            <dt>Reach</dt>
            <dd>the next {formatDuration(forecast.horizonMs)}</dd>
          </div>
          <div>
            <dt>Model</dt>
            <dd>
              {forecast.model}, trusted {Math.round(forecast.trust * 100)} %
            </dd>
          </div>
        </dl>
      )}
    </Section>
  );
}

function Effect({ decision }: { decision: Decision }) {
  const { action, outcome, predicted } = decision;
  const change = predicted.costChangePerHour;
  return (
    <div>
      <Section title="Predicted and real">
        <table className="table">
          <ColumnHeads first={<span className="sr-only">What</span>} columns={[num('Predicted'), num('Real')]} />
          <tbody>
            <tr>
              <th scope="row">Capacity in use</th>
              <td className="num">{written(predicted.saturation, 'ratio')}</td>
              <td className="num">{written(outcome?.saturation, 'ratio')}</td>
            </tr>
            <tr>
              <th scope="row">Ready replicas</th>
              <td className="num">{decision.to}</td>
              <td className="num">{outcome?.readyReplicas ?? '–'}</td>
            </tr>
            {predicted.costPerHour !== null && (
              <tr>
                <th scope="row">Cost</th>
                <td className="num">{written(predicted.costPerHour, 'usd/h')}</td>
                <td className="num">{written(outcome?.costPerHour, 'usd/h')}</td>
              </tr>
            )}
            <tr>
              <th scope="row">From order to effect</th>
              <td className="num">{formatDuration(predicted.effectiveAt - decision.at)}</td>
              <td className="num">{outcome?.tookMs == null ? '–' : formatDuration(outcome.tookMs)}</td>
            </tr>
          </tbody>
        </table>
        <p className="outcome-line">
          {outcome === null ? (
            <span className="muted">
              {decision.action.state === 'none' ? (
                'Nothing was done, so there is no effect to judge.'
              ) : (
                <>
                  Judged when its effect should be visible,{' '}
                  {predicted.effectiveAt > decision.at ? <Ago at={predicted.effectiveAt} /> : 'soon'}.
                </>
              )}
            </span>
          ) : (
            <>
              <StateMark state={outcome.verdict} /> <span className="muted">{outcome.message}</span>
            </>
          )}
        </p>
      </Section>
      <Section title="What was done">
        <dl className="facts">
          <div>
            <dt>Action</dt>
            <dd>
              <StateMark state={action.state} />
            </dd>
          </div>
          {action.orderedAt !== null && (
            <div>
              <dt>Ordered</dt>
              <dd>
                <At at={action.orderedAt} />
              </dd>
            </div>
          )}
          {action.readyAt !== null && (
            <div>
              <dt>Ready</dt>
              <dd>
                <At at={action.readyAt} />
              </dd>
            </div>
          )}
          {action.message !== '' && (
            <div>
              <dt>The target said</dt>
              <dd>{action.message}</dd>
            </div>
          )}
          <div>
            <dt>Cost</dt>
            <dd>
              {written(predicted.costPerHour, 'usd/h')}
              {change !== null && change !== 0 && (
                <span className="muted">
                  {' '}
                  ({change > 0 ? '+' : '−'}
                  {written(Math.abs(change), 'usd/h')})
                </span>
              )}
            </dd>
          </div>
        </dl>
      </Section>
    </div>
  );
}
