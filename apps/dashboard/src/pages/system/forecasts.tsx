import type { SystemReport } from '@jaegis/model';
import { useState } from 'react';
import { reachWords, signalName } from '../../data/signal-words.ts';
import { written } from '../../data/written.ts';
import { Ago } from '../../widgets/ago.tsx';
import { FactTable } from '../../widgets/fact-table.tsx';
import { PoolLink } from '../../widgets/links.tsx';
import { ScoreBar } from '../../widgets/score-bar.tsx';
import { Section } from '../../widgets/section.tsx';

type Forecast = SystemReport['forecasts'][number];

const shownAtFirst = 40;

/** How far each forecast can be relied on, against a naive one, and how right it was now that the truth is known. */
export function Forecasts({ report }: { report: SystemReport }) {
  const [isWhole, setWhole] = useState(false);
  const { forecasts } = report;
  const shown = isWhole ? forecasts : forecasts.slice(0, shownAtFirst);
  return (
    <Section title="Trust in the forecasts" aside={<span className="small muted">against naive ones</span>}>
      {forecasts.length === 0 ? (
        <p className="muted">No forecast yet: the first comes when a pool has been heard for a while.</p>
      ) : (
        <FactTable
          rows={shown}
          keyOf={(each) => `${each.pool}:${each.signal}:${each.reach}`}
          columns={[
            { name: 'Pool', cell: (each) => <PoolLink name={each.pool} /> },
            {
              name: 'Forecast of',
              cell: (each) => (
                <>
                  {signalName(each.signal)} <span className="small muted">{reachWords[each.reach]}</span>
                </>
              ),
            },
            {
              name: 'Trust',
              cell: (each) => (
                <ScoreBar score={each.trust * 100} label={`Trust in the forecast of ${each.pool}`} isPlain />
              ),
            },
            { name: 'Off by', isNum: true, cell: ({ meanError }) => ratioOrNone(meanError) },
            { name: 'Inside the band', isNum: true, cell: (each) => <Coverage of={each} /> },
            {
              name: 'Points scored',
              isNum: true,
              cell: (each) => written(each.scored, 'count'),
              tone: () => 'muted',
            },
            { name: 'Model', cell: (each) => each.model, tone: () => 'muted' },
            { name: 'Made', isNum: true, cell: (each) => <Ago at={each.madeAt} />, tone: () => 'muted' },
          ]}
        />
      )}
      {shown.length < forecasts.length && (
        <button type="button" className="button button-quiet" onClick={() => setWhole(true)}>
          Show {forecasts.length - shown.length} more
        </button>
      )}
    </Section>
  );
}

function Coverage({ of: { coverage } }: { of: Forecast }) {
  if (coverage === null) return '–';
  return (
    <>
      {written(coverage.seen, 'ratio')} <span className="small muted">of {written(coverage.nominal, 'ratio')}</span>
    </>
  );
}

function ratioOrNone(value: number | null): string {
  return value === null ? '–' : written(value, 'ratio');
}
