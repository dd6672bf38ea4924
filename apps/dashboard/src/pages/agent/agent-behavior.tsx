import type { AgentBehavior } from '@jaegis/model';
import { signalName, signalWords } from '../../data/signal-words.ts';
import { written } from '../../data/written.ts';
import { ColumnHeads, num } from '../../widgets/column-heads.tsx';
import { Section } from '../../widgets/section.tsx';

/** From here on a difference is worth a look; the server speaks of it only when it lasts. */
const worthALook = 2;

/** What is normal for this agent at this hour under this load, beside what it does and what its peers do. */
export function AgentBehaviorPanel({ behavior }: { behavior: AgentBehavior }) {
  const { ownPast, peers, signals } = behavior;
  const isEarly = signals.every((each) => each.usual === null);
  const verdicts = [
    isEarly
      ? 'Too young to be compared with its own past'
      : ownPast.unlike
        ? 'Unlike its own past'
        : 'Like its own past',
    ...(signals.some((each) => each.peers !== null) ? [peers.unlike ? 'unlike its peers' : 'like its peers'] : []),
  ];
  return (
    <Section title="Behavior">
      <p className={ownPast.unlike || peers.unlike ? 'bad-text' : 'muted'}>{verdicts.join(', ')}.</p>
      {isEarly && <p className="small muted">What is usual is told after ten minutes.</p>}
      {signals.length > 0 && (
        <table className="table behavior-table">
          {!isEarly && <caption className="small muted">Usual: {behavior.when}</caption>}
          <ColumnHeads columns={['Signal', num('Now'), num('Usual'), num('Peers')]} />
          <tbody>
            {signals.map((each) => {
              const { unit } = signalWords[each.signal];
              const isOdd =
                Math.abs(each.ownDistance ?? 0) > worthALook || Math.abs(each.peerDistance ?? 0) > worthALook;
              return (
                <tr key={each.signal}>
                  <th scope="row">{signalName(each.signal)}</th>
                  <td className={`num ${isOdd ? 'warn-text' : ''}`}>
                    {written(each.value, unit)}
                    {isOdd && <span className="sr-only"> (unusual)</span>}
                  </td>
                  <td className="num muted" title={`${written(each.lower, unit)} to ${written(each.upper, unit)}`}>
                    {written(each.usual, unit)}
                  </td>
                  <td className="num muted">{written(each.peers, unit)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </Section>
  );
}
