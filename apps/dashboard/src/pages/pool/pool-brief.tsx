import type { DecisionPlan, Pool } from '@jaegis/model';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useUrlState } from '../../app/url-state.ts';
import { decisionsQuery } from '../../data/queries.ts';
import { reasonWords } from '../../data/signal-words.ts';
import { Ago } from '../../widgets/ago.tsx';
import { CopyCommand } from '../../widgets/copy-command.tsx';
import { shareText } from '../decision/decision-front.tsx';
import { whatIfPlace } from '../what-if/what-if.tsx';
import { nothingAsked, policies, urlOf } from '../what-if/what-if-form.ts';
import { alternativesOf } from './alternatives.ts';
import { PoolCost } from './pool-cost.tsx';

/** What one must know of a pool within ten seconds: what was decided and why, what it costs, what else there was, and how to try it. */
export function PoolBrief({ pool }: { pool: Pool }) {
  if (pool.target === null) return <OnlyWatched pool={pool} />;
  return (
    <div className="pool-brief">
      <Part title="Decided">
        <Decided pool={pool} />
      </Part>
      <Part title="Cost today">
        <PoolCost pool={pool} />
      </Part>
      <Part title="Chosen from">
        <ChosenFrom pool={pool} />
      </Part>
      <Part title="Under another policy">
        <OtherPolicies pool={pool} />
      </Part>
    </div>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="brief-part">
      <h2 className="small muted">{title}</h2>
      {children}
    </section>
  );
}

function Decided({ pool }: { pool: Pool }) {
  const decision = pool.lastDecision;
  if (decision === null)
    return <p className="muted">Nothing yet. The first decision comes when its demand was heard for some seconds.</p>;
  const { id, from, to, reason, message, at } = decision;
  return (
    <>
      <p className="brief-number">
        {from !== to && <span className="muted">{from} → </span>}
        {to} <span className="brief-unit">{to === 1 ? 'replica' : 'replicas'}</span>
      </p>
      <p>
        <span className="strong">{reasonWords(reason)}:</span> {message}
      </p>
      <p className="small muted">
        <Ago at={at} />,{' '}
        <Link to="/decisions/$" params={{ _splat: id }} className="text-link">
          the whole story
        </Link>
      </p>
    </>
  );
}

/** The newest decision that was taken by what was tried on the pool's load holds what it was taken from. */
function ChosenFrom({ pool }: { pool: Pool }) {
  const { data } = useQuery(decisionsQuery(pool.name));
  const decision = [pool.lastDecision, ...(data?.items ?? [])].find((each) => each?.plan != null);
  if (decision?.plan == null)
    return (
      <p className="muted">
        Nothing to choose from{pool.treatment === null ? ': it is only watched' : `: it is ${pool.treatment}`}.
      </p>
    );
  const rest = decision.plan.front.length;
  return (
    <>
      <Alternatives plan={decision.plan} />
      <p className="small muted">
        <Link to="/decisions/$" params={{ _splat: decision.id }} className="text-link">
          {rest === 1 ? 'how it did' : `all ${rest} that were worth it`}
        </Link>
        , tried on its own load
      </p>
    </>
  );
}

function Alternatives({ plan }: { plan: DecisionPlan }) {
  return (
    <ul className="brief-options">
      {alternativesOf(plan).map(({ option, role, costChange }) => (
        <li key={role} aria-current={role === 'chosen' ? 'true' : undefined} title={`Provides for ${option.name}`}>
          <span className="brief-role">{role}</span>
          <span className="num">
            {costChange === 0 ? `${option.replicas.toFixed(1)} replicas` : `${signed(costChange)} cost`}
          </span>
          <span className="num">{shareText(option.lateShare)} late</span>
        </li>
      ))}
    </ul>
  );
}

function signed(change: number): string {
  return `${change < 0 ? '−' : '+'}${shareText(Math.abs(change))}`;
}

const aims: Readonly<Record<(typeof policies)[number], string>> = {
  cost: 'fewer replicas, more may be late',
  balanced: 'between cost and lateness',
  performance: 'hardly anyone late',
  availability: 'room for what was not foreseen',
};

/** Each a link to what this pool would have needed under it in the last hour. */
function OtherPolicies({ pool }: { pool: Pool }) {
  const [, change] = useUrlState();
  const others = policies.filter((each) => each !== pool.policy?.name);
  return (
    <>
      <ul className="brief-policies">
        {others.map((policy) => (
          <li key={policy}>
            <button
              type="button"
              className="button"
              onClick={() => {
                change(urlOf({ ...nothingAsked, policy }, true));
                const place = document.getElementById(whatIfPlace);
                place?.scrollIntoView({ block: 'start' });
                place?.focus({ preventScroll: true });
              }}
            >
              Try {policy}
            </button>
            <span className="small muted">{aims[policy]}</span>
          </li>
        ))}
      </ul>
      <p className="small muted">On the load of its last hour; nothing changes in the pool.</p>
    </>
  );
}

function OnlyWatched({ pool }: { pool: Pool }) {
  return (
    <section className="section">
      <p className="muted">
        Only watched: nothing in the configuration says how to start one more agent of it. With this in{' '}
        <code>jaegis.yaml</code> it is scaled:
      </p>
      <CopyCommand title={`Have ${pool.name} scaled`} text={targetText(pool.name)} />
    </section>
  );
}

function targetText(name: string): string {
  return `pools:
  - name: ${JSON.stringify(name)}
    target: { process: { command: [node, agent.js] } }
    replicas: { min: 1, max: 8 }
    objectives: [{ signal: saturation, target: 0.75 }]
    predictive: { mode: forecast-and-scale }
    mode: recommend   # shows what it would do; auto does it`;
}
