import type { AgentReport } from '@jaegis/model';
import { reasonWords } from '../../data/signal-words.ts';
import { written } from '../../data/written.ts';
import { span } from '../../time/words.ts';
import { Since } from '../../widgets/ago.tsx';
import { PoolLink } from '../../widgets/links.tsx';
import { ScoreBar } from '../../widgets/score-bar.tsx';
import { Section } from '../../widgets/section.tsx';
import { AgentBehaviorPanel } from './agent-behavior.tsx';

/** Beside the charts: the score's parts, the numbers of now, its links, what it says of itself. */
export function AgentFacts({ agent }: { agent: AgentReport }) {
  const parts = Object.entries(agent.parts).sort((a, b) => a[1].score - b[1].score);
  return (
    <aside className="agent-facts" aria-label="About this agent">
      {agent.recommendations.length > 0 && (
        <Section title="What to do">
          <ul className="advice">
            {agent.recommendations.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </Section>
      )}
      <Section title="Score">
        <ul className="score-parts">
          {parts.map(([name, part]) => (
            <li key={name}>
              <span className="row spread">
                <span>{reasonWords(name)}</span>
                <ScoreBar score={part.score} label={reasonWords(name)} />
              </span>
              <span className="small muted">{part.reason}</span>
            </li>
          ))}
          {parts.length === 0 && <li className="muted">Too little was heard to judge.</li>}
        </ul>
      </Section>
      <Section title="Now">
        <Facts agent={agent} />
      </Section>
      {agent.behavior !== undefined && <AgentBehaviorPanel behavior={agent.behavior} />}
      {agent.links.length > 0 && (
        <Section title="Links">
          <ul className="link-list">
            {agent.links.map((link) => {
              const isOut = link.source === agent.instanceId || link.source === agent.pool;
              return (
                <li key={`${link.source}>${link.target}`}>
                  <span className="cut">
                    <span className="faint">{isOut ? 'to' : 'from'}</span>{' '}
                    {isOut ? link.target : <PoolLink name={link.source} />}
                  </span>
                  <span className="num muted">
                    {written(link.rate, '1/s')} · {written(link.p95, 'seconds')}
                    {link.errorRate > 0.01 && (
                      <span className="bad-text"> · {written(link.errorRate, 'ratio')} fail</span>
                    )}
                  </span>
                </li>
              );
            })}
          </ul>
        </Section>
      )}
      <Section title="Labels">
        <dl className="facts facts-labels">
          {Object.entries(agent.labels).map(([name, value]) => (
            <div key={name}>
              <dt className="cut" title={name}>
                {name}
              </dt>
              <dd className="cut mono" title={value}>
                {value}
              </dd>
            </div>
          ))}
        </dl>
      </Section>
    </aside>
  );
}

function Facts({ agent }: { agent: AgentReport }) {
  const { responseTime, work, errors, resources, process } = agent;
  const trend = responseTime.trend.direction === 'unknown' ? '' : `, ${responseTime.trend.direction}`;
  const rows: (readonly [string, string])[] = [
    [
      'P50 / P95 / P99',
      [responseTime.p50, responseTime.p95, responseTime.p99].map((value) => written(value, 'seconds')).join(' / ') +
        trend,
    ],
    ['Finished', written(work.throughput, '1/s')],
    ['Success', written(work.successRate, 'ratio')],
    ['Queue', written(work.queueLength, 'count')],
    ['Progress', written(work.progressRate, '1/s')],
    ['Tokens', written(work.tokensRate, '1/s')],
    ['CPU', written(resources.cpu, 'ratio')],
    [
      'Memory',
      `${written(resources.memoryBytes, 'bytes')}${resources.memoryUtilization === null ? '' : ` (${written(resources.memoryUtilization, 'ratio')})`}`,
    ],
    ['Network', written(resources.networkBytes, 'bytes/s')],
    ['Last recovery took', errors.recoveryTime === null ? '–' : span(errors.recoveryTime * 1_000)],
  ];
  return (
    <dl className="facts">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className={value === '–' ? 'faint' : ''}>{value}</dd>
        </div>
      ))}
      {errors.classes.map((each) => (
        <div key={each.name}>
          <dt className="cut">{each.name}</dt>
          <dd className={each.severity === 'high' ? 'bad-text' : ''}>{each.count} times</dd>
        </div>
      ))}
      {process !== null && (
        <div>
          <dt>Process {process.pid}</dt>
          <dd>
            {process.state}, up <Since at={process.startedAt} />
            {process.restarts > 0 && `, ${process.restarts} restarts`}
          </dd>
        </div>
      )}
    </dl>
  );
}
