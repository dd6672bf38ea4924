import type { ReactNode } from 'react';
import { foldBy, joinNumbers, patternOf } from '../data/near-identical.ts';

/** One line for many, opened by a click or Enter. */
export function Folded({ head, children }: { head: ReactNode; children: ReactNode }) {
  return (
    <details className="folded">
      <summary>{head}</summary>
      <ul className="folded-list">{children}</ul>
    </details>
  );
}

const reasonOf = (line: string) => line.slice(line.indexOf(': ') + 1).trim();

/** List entries; those that say the same of many (`reader-1: no heartbeat for 94 s`) are one entry that opens. */
export function FoldedLines({ lines }: { lines: readonly string[] }) {
  return foldBy(lines, (line) => patternOf(reasonOf(line))).map((group) => {
    const [first = ''] = group;
    if (group.length === 1) return <li key={first}>{first}</li>;
    return (
      <li key={first}>
        <Folded head={`${group.length} of them: ${joinNumbers(group.map(reasonOf))}`}>
          {group.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </Folded>
      </li>
    );
  });
}
