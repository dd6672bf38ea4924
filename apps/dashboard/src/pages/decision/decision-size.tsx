import type { DecisionSize } from '@jaegis/model';
import { reasonWords } from '../../data/signal-words.ts';
import { written } from '../../data/written.ts';
import { Section } from '../../widgets/section.tsx';

/** The size of one replica, decided together with their number. */
export function DecisionSizeSection({ size }: { size: DecisionSize }) {
  const { from, to, reason, message, carriedOut } = size;
  return (
    <Section title="Size of one replica">
      <dl className="facts">
        {to.cpu !== null && (
          <div>
            <dt>CPU</dt>
            <dd>
              {written(from.cpu, 'cores')} → {written(to.cpu, 'cores')}
            </dd>
          </div>
        )}
        {to.memoryBytes !== null && (
          <div>
            <dt>Memory</dt>
            <dd>
              {written(from.memoryBytes, 'bytes')} → {written(to.memoryBytes, 'bytes')}
            </dd>
          </div>
        )}
        <div>
          <dt>Done</dt>
          <dd>
            {carriedOut === null
              ? 'recommended only'
              : carriedOut.problem === ''
                ? `${carriedOut.resized} resized in place`
                : `not resized: ${carriedOut.problem}`}
          </dd>
        </div>
      </dl>
      <p className="muted small">
        {reasonWords(reason)}: {message}
      </p>
    </Section>
  );
}
