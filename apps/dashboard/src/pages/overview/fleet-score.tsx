import type { FleetReport } from '@jaegis/model';
import { reasonWords } from '../../data/signal-words.ts';
import { Glyph, StateMark, toneOf, toneOfScore } from '../../widgets/state-mark.tsx';

const shownParts = 4;

/** One number for the fleet, and the parts that pull it down, worst first, each with its reason. */
export function FleetScore({ report }: { report: FleetReport }) {
  const parts = Object.entries(report.parts).sort((a, b) => a[1].score - b[1].score);
  return (
    <section className="fleet-score" aria-label={`Fleet score ${Math.round(report.score)} of 100, ${report.state}`}>
      <div className="fleet-number">
        <span className={`score-big tone-${toneOf(report.state)}`}>{Math.round(report.score)}</span>
        <StateMark state={report.state} />
      </div>
      <ul className="part-list">
        {parts.slice(0, shownParts).map(([name, part]) => (
          <li key={name}>
            <Glyph tone={toneOfScore(part.score)} />
            <span className="part-name">{reasonWords(name)}</span>
            <span className="part-score">{Math.round(part.score)}</span>
            <span className="cut muted" title={part.reason}>
              {part.reason}
            </span>
          </li>
        ))}
        {parts.length === 0 && <li className="muted">Nothing to judge yet</li>}
      </ul>
    </section>
  );
}
