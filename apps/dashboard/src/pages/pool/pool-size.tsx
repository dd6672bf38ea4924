import type { Pool, SizeRange } from '@jaegis/model';
import type { Unit } from '@jaegis/std';
import { written } from '../../data/written.ts';
import { Section } from '../../widgets/section.tsx';
import { Glyph } from '../../widgets/state-mark.tsx';

const verdicts = {
  fits: { tone: 'ok', words: 'One replica has the right size' },
  too_small: { tone: 'bad', words: 'One replica is too small' },
  too_large: { tone: 'warn', words: 'One replica is larger than it needs to be' },
  not_known: { tone: 'off', words: 'Not judged yet' },
} as const;

/** How large one replica should be, from what they used over days; a recommendation. */
export function PoolSize({ pool }: { pool: Pool }) {
  const { verdict, reason, cpu, memory, current } = pool.size;
  const { tone, words } = verdicts[verdict];
  return (
    <Section title="Size of one replica">
      <p className="row">
        <Glyph tone={tone} /> <span className="strong">{words}</span>
      </p>
      <p className="muted small">{reason}</p>
      {pool.vertical !== null && (
        <p className="muted small">
          {pool.vertical.isEnforced ? 'Carried out: ' : 'Not carried out: '}
          {pool.vertical.reason}
        </p>
      )}
      {(cpu !== null || memory !== null) && (
        <dl className="facts">
          {cpu !== null && <Resource name="CPU" unit="cores" range={cpu} has={current.cpu} />}
          {memory !== null && <Resource name="Memory" unit="bytes" range={memory} has={current.memoryBytes} />}
        </dl>
      )}
    </Section>
  );
}

function Resource({ name, unit, range, has }: { name: string; unit: Unit; range: SizeRange; has: number | null }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <span className="strong">{written(range.target, unit)}</span>{' '}
        <span className="muted">
          ({written(range.lower, unit)} to {written(range.upper, unit)}
          {has === null ? ', no limit set' : `, has ${written(has, unit)}`})
        </span>
      </dd>
    </div>
  );
}
