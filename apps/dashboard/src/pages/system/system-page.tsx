import type { SystemReport } from '@jaegis/model';
import { useQuery } from '@tanstack/react-query';
import { systemQuery } from '../../data/queries.ts';
import { written } from '../../data/written.ts';
import { span } from '../../time/words.ts';
import { Since } from '../../widgets/ago.tsx';
import { Loaded } from '../../widgets/page-states.tsx';
import { Section } from '../../widgets/section.tsx';
import { Alarms } from './alarms.tsx';
import { WillRunOut } from './exhaustion.tsx';
import { Forecasts } from './forecasts.tsx';
import { HeadNumbers } from './head-numbers.tsx';
import { Network } from './network.tsx';
import { Loops, Receivers, Refused, RemoteWrites, Rules, Scrapes } from './system-tables.tsx';

/** JAEGIS itself: what it takes in, what it refuses, what it keeps, what it costs, how far it can be trusted. */
export function SystemPage() {
  const system = useQuery(systemQuery);
  return (
    <div className="page system-page">
      <Loaded query={system} lines={12} what="the state of JAEGIS">
        {(report) => (
          <>
            <header className="page-head">
              <h1>System</h1>
              <p className="small muted row row-wrap">
                <span>JAEGIS {report.version}</span>
                <span>{report.node.startsWith('v') ? `Node ${report.node}` : report.node}</span>
                <span>
                  up <Since at={report.startedAt} />
                </span>
                <span>listening on {report.listen}</span>
                <span className="cut">data in {report.dataDir}</span>
              </p>
            </header>
            <HeadNumbers report={report} />
            <div className="system-grid">
              <Storage report={report} />
              <Refused report={report} />
              <Protocols report={report} />
              <Detection report={report} />
              <Loops report={report} />
              <WillRunOut report={report} />
              <Alarms report={report} />
              <Network report={report} />
              <Scrapes report={report} />
              <Rules report={report} />
              <RemoteWrites report={report} />
              <Receivers report={report} />
            </div>
            <Forecasts report={report} />
          </>
        )}
      </Loaded>
    </div>
  );
}

function Storage({ report }: { report: SystemReport }) {
  const { storage } = report;
  const share = storage.series / Math.max(1, storage.seriesLimit);
  const keptMs = storage.oldestAt === null ? 0 : Date.now() - storage.oldestAt;
  return (
    <Section title="Storage">
      <Meter
        label={`Series: ${written(storage.series, 'count')} of ${written(storage.seriesLimit, 'count')}`}
        share={share}
      />
      <Meter
        label={`History: ${span(keptMs)} of ${span(storage.retentionMs)} kept`}
        share={keptMs / Math.max(1, storage.retentionMs)}
      />
      <dl className="facts">
        <div>
          <dt>Samples</dt>
          <dd>{written(storage.samples, 'count')}</dd>
        </div>
        <div>
          <dt>In memory</dt>
          <dd>
            {written(storage.bytesInMemory, 'bytes')}
            {storage.samples > 1e6 && (
              <span className="muted"> ({(storage.bytesInMemory / storage.samples).toFixed(1)} B a sample)</span>
            )}
          </dd>
        </div>
        <div>
          <dt>On disk</dt>
          <dd>{written(storage.bytesOnDisk, 'bytes')}</dd>
        </div>
        {report.queryStore !== null && (
          <div>
            <dt>Queries answered by</dt>
            <dd>
              {report.queryStore.url}
              {report.queryStore.awaySince !== null && (
                <span className="bad-text">
                  {' '}
                  away for <Since at={report.queryStore.awaySince} />: {report.queryStore.error}; answered from here
                </span>
              )}
            </dd>
          </div>
        )}
        <div>
          <dt>Blocks</dt>
          <dd>
            {written(storage.blocks.count, 'count')} in {written(storage.blocks.bytes, 'bytes')}
            {storage.blocks.damaged > 0 && (
              <span className="bad-text">, {storage.blocks.damaged} damaged parts left out</span>
            )}
          </dd>
        </div>
        {storage.error !== '' && (
          <div>
            <dt>Disk</dt>
            <dd className="bad-text">{storage.error}</dd>
          </div>
        )}
        <div>
          <dt>Last start read</dt>
          <dd>
            {written(storage.replay.samples, 'count')} samples in {written(storage.replay.tookMs / 1_000, 'seconds')}
            {storage.replay.damaged > 0 && (
              <span className="bad-text">, {storage.replay.damaged} damaged records left out</span>
            )}
          </dd>
        </div>
      </dl>
    </Section>
  );
}

function Meter({ label, share }: { label: string; share: number }) {
  const bounded = Math.max(0, Math.min(1, share));
  const tone = bounded > 0.95 ? 'bad' : bounded > 0.8 ? 'warn' : 'accent';
  return (
    <div className="meter">
      <span className="row spread">
        <span>{label}</span>
        <span className="muted">{written(bounded, 'ratio')}</span>
      </span>
      <span className="meter-track" aria-hidden="true">
        <span className={`meter-fill tone-${tone}`} style={{ transform: `scaleX(${bounded})` }} />
      </span>
    </div>
  );
}

function Protocols({ report }: { report: SystemReport }) {
  const rows = Object.entries(report.ingest.byProtocol).sort((a, b) => b[1] - a[1]);
  return (
    <Section title="By protocol" aside={<span className="small muted">in the last minute</span>}>
      {rows.length === 0 ? (
        <p className="muted">Nothing was sent in the last minute.</p>
      ) : (
        <dl className="facts">
          {rows.map(([name, rate]) => (
            <div key={name}>
              <dt>{name.replaceAll('_', ' ')}</dt>
              <dd>{written(rate, '1/s')}</dd>
            </div>
          ))}
        </dl>
      )}
    </Section>
  );
}

function Detection({ report }: { report: SystemReport }) {
  const { detection } = report;
  return (
    <Section title="Detection">
      <dl className="facts">
        <div>
          <dt>Signals watched</dt>
          <dd>{written(detection.rows, 'count')}</dd>
        </div>
        <div>
          <dt>Cost of a point</dt>
          <dd>{detection.microsecondsPerPoint === null ? '–' : `${detection.microsecondsPerPoint.toFixed(2)} µs`}</dd>
        </div>
        <div>
          <dt>Anomalies now</dt>
          <dd>{detection.anomaliesOpen}</dd>
        </div>
        <Received received={detection.received} />
      </dl>
    </Section>
  );
}

/** The series that come in, watched as they come. */
function Received({ received }: { received: SystemReport['detection']['received'] }) {
  const { series, seriesLimit, warming, awaited, refused, shed, untold, bytes, delayMsP99 } = received;
  const facts: [what: string, how: string][] = [
    ['Received series watched', `${written(series, 'count')} of ${written(seriesLimit, 'count')} at most`],
    ['Still warming up', written(warming, 'count')],
    ['Anomalies of them now', `${received.anomaliesOpen}, ${received.toldLastHour} told in the last hour`],
    ['Sample to verdict, p99', delayMsP99 === null ? '–' : written(delayMsP99 / 1_000, 'seconds')],
    ['Memory for them', written(bytes, 'bytes')],
  ];
  if (awaited > 0) facts.push(['Known from before the restart, not seen yet', written(awaited, 'count')]);
  if (refused > 0) facts.push(['Series beyond the limit', written(refused, 'count')]);
  if (shed > 0) facts.push(['Samples left out, too many at once', written(shed, 'count')]);
  if (untold > 0) facts.push(['News of anomalies kept back', written(untold, 'count')]);
  return facts.map(([what, how]) => (
    <div key={what}>
      <dt>{what}</dt>
      <dd>{how}</dd>
    </div>
  ));
}
