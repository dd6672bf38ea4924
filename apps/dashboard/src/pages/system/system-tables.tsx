import type { SystemReport } from '@jaegis/model';
import { reasonWords } from '../../data/signal-words.ts';
import { written } from '../../data/written.ts';
import { Ago } from '../../widgets/ago.tsx';
import { FactTable } from '../../widgets/fact-table.tsx';
import { Section } from '../../widgets/section.tsx';
import { StateMark } from '../../widgets/state-mark.tsx';

/** What was not taken, and why: the same words as in the answers and on /metrics. */
export function Refused({ report }: { report: SystemReport }) {
  const rows = Object.entries(report.ingest.refused)
    .filter(([, count]) => count > 0)
    .sort((a, b) => b[1] - a[1]);
  return (
    <Section title="Refused" aside={<span className="small muted">since the start</span>}>
      {rows.length === 0 ? (
        <p className="calm">
          <StateMark state="ok">Nothing was refused.</StateMark>
        </p>
      ) : (
        <dl className="facts">
          {rows.map(([reason, count]) => (
            <div key={reason}>
              <dt>{reasonWords(reason)}</dt>
              <dd>{written(count, 'count')}</dd>
            </div>
          ))}
        </dl>
      )}
    </Section>
  );
}

export function Loops({ report }: { report: SystemReport }) {
  return (
    <Section title="Loops">
      <FactTable
        rows={report.loops}
        keyOf={(loop) => loop.name}
        columns={[
          { name: 'Loop', cell: (loop) => loop.name },
          { name: 'Runs', isNum: true, cell: (loop) => written(loop.runs, 'count') },
          { name: 'Last took', isNum: true, cell: (loop) => written(loop.lastMs / 1_000, 'seconds') },
          {
            name: 'Failures',
            isNum: true,
            cell: (loop) => loop.failures,
            tone: (loop) => (loop.failures > 0 ? 'bad-text' : 'muted'),
          },
          {
            name: 'Last',
            isNum: true,
            cell: (loop) => (loop.lastAt === null ? 'never' : <Ago at={loop.lastAt} />),
            tone: () => 'muted',
          },
        ]}
      />
    </Section>
  );
}

/** Rules of the operator's rule files: those that say something first. */
export function Rules({ report }: { report: SystemReport }) {
  const order = { firing: 0, pending: 1, inactive: 2 };
  const rows = [...report.rules].sort(
    (a, b) => Number(b.health === 'err') - Number(a.health === 'err') || order[a.state] - order[b.state],
  );
  // A rule may be there twice under one name: its place among all tells it apart.
  const shown = rows.slice(0, shownRules).map((rule) => ({ rule, key: report.rules.indexOf(rule) }));
  if (rows.length === 0) return null;
  return (
    <Section title="Rules" aside={<span className="small muted">from rule files</span>}>
      <FactTable
        rows={shown}
        keyOf={({ key }) => key}
        columns={[
          {
            name: 'Rule',
            cell: ({ rule }) => (
              <>
                {rule.name} <span className="small muted">{rule.group}</span>
              </>
            ),
          },
          { name: 'State', cell: ({ rule }) => <RuleState rule={rule} /> },
          {
            name: 'Last',
            isNum: true,
            cell: ({ rule }) => (rule.lastAt === null ? 'not yet' : <Ago at={rule.lastAt} />),
            tone: () => 'muted',
          },
        ]}
      />
      {rows.length > shown.length && (
        <p className="small muted">+{rows.length - shown.length} more, all of them quiet</p>
      )}
    </Section>
  );
}

const shownRules = 30;

function RuleState({ rule }: { rule: SystemReport['rules'][number] }) {
  if (rule.health === 'err') return <StateMark state="error">fails: {rule.error}</StateMark>;
  if (rule.health === 'unknown') return <StateMark state="off">waits for its time</StateMark>;
  if (rule.kind === 'recording') return <StateMark state="ok">records</StateMark>;
  if (rule.state === 'inactive') return <StateMark state="ok">quiet</StateMark>;
  const tone = rule.state === 'firing' ? 'bad' : 'warn';
  return (
    <StateMark state={rule.state} tone={tone}>
      {rule.state}: {rule.alerts}
    </StateMark>
  );
}

/** Other stores that get the samples too, and how far behind they are. */
export function RemoteWrites({ report }: { report: SystemReport }) {
  if (report.remoteWrites.length === 0) return null;
  return (
    <Section title="Sent on" aside={<span className="small muted">remote write</span>}>
      <FactTable
        rows={report.remoteWrites}
        keyOf={(each) => each.name}
        columns={[
          { name: 'To', cell: (each) => each.name },
          { name: 'Sent', isNum: true, cell: (each) => written(each.sent, 'count') },
          {
            name: 'Dropped',
            isNum: true,
            cell: (each) => written(each.dropped, 'count'),
            tone: (each) => (each.dropped > 0 ? 'bad-text' : 'muted'),
          },
          {
            name: 'State',
            cell: (each) => (
              <StateMark state={each.error === '' ? 'ok' : 'error'}>
                {written(each.lagMs / 1_000, 'seconds')} behind{each.error === '' ? '' : `: ${each.error}`}
              </StateMark>
            ),
          },
        ]}
      />
    </Section>
  );
}

export function Scrapes({ report }: { report: SystemReport }) {
  return (
    <Section title="Scrapes">
      {report.scrapes.length === 0 ? (
        <p className="muted">None configured. Prometheus endpoints to read are named under scrape in jaegis.yaml.</p>
      ) : (
        <ul className="plain-list">
          {report.scrapes.map((each) => (
            <li key={`${each.job}:${each.url}`}>
              <span className="row spread">
                <span className="strong">{each.job}</span>
                <StateMark state={each.up ? 'ok' : 'failed'}>
                  {each.up ? `${written(each.samples, 'count')} samples` : 'down'}
                </StateMark>
              </span>
              <span className="small muted cut scrape-url">{each.error === '' ? each.url : each.error}</span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

export function Receivers({ report }: { report: SystemReport }) {
  return (
    <Section title="Receivers">
      {report.receivers.length === 0 ? (
        <p className="muted">None configured. Where notifications go is named under receivers in jaegis.yaml.</p>
      ) : (
        <ul className="plain-list">
          {report.receivers.map((each) => (
            <li key={each.name}>
              <span className="row spread">
                <span className="strong">{each.name}</span>
                <StateMark
                  state={each.failed > 0 ? 'warning' : 'ok'}
                >{`${each.sent} sent${each.failed > 0 ? `, ${each.failed} failed` : ''}`}</StateMark>
              </span>
              {each.lastError !== '' && <span className="small bad-text">{each.lastError}</span>}
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
