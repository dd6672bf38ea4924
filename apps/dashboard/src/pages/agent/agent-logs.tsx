import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { ApiError } from '../../data/api.ts';
import { logsQuery, outputQuery } from '../../data/queries.ts';
import { clockSeconds } from '../../time/words.ts';
import { Empty, Loaded } from '../../widgets/page-states.tsx';

/** What it logged over OpenTelemetry, newest first. */
export function AgentLogs({ id }: { id: string }) {
  const logs = useQuery(logsQuery(id));
  return (
    <Loaded query={logs} lines={10} what="the logs">
      {(page) =>
        page.items.length === 0 ? (
          <Empty title="No logs">
            <p className="muted">Logs sent over OTLP with this agent's service.instance.id are kept and shown here.</p>
          </Empty>
        ) : (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
          <ol className="log-list mono" tabIndex={0} aria-label="Logs, newest first">
            {page.items.map((record, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two records may be the same to the letter
              <li key={`${record.at}:${index}`} data-severity={record.severity}>
                <span className="faint">{clockSeconds(record.at)}</span>
                <span className="log-severity">{record.severity}</span>
                <span className="log-body">{record.body}</span>
              </li>
            ))}
          </ol>
        )
      }
    </Loaded>
  );
}

/** What its process wrote, newest at the bottom, as in a terminal. */
export function AgentOutput({ id }: { id: string }) {
  const output = useQuery(outputQuery(id));
  const end = useRef<HTMLPreElement>(null);
  const isAtEnd = useRef(true);
  const text = output.data?.lines.join('\n');
  // biome-ignore lint/correctness/useExhaustiveDependencies: new text moves the end
  useEffect(() => {
    if (isAtEnd.current && end.current !== null) end.current.scrollTop = end.current.scrollHeight;
  }, [text]);
  if (output.error instanceof ApiError && output.error.status === 404) {
    return (
      <Empty title="No output is kept">
        <p className="muted">
          Output is read from agents that JAEGIS started itself. This one was started by somebody else.
        </p>
      </Empty>
    );
  }
  return (
    <Loaded query={output} lines={10} what="the output">
      {() => (
        <pre
          className="output"
          role="log"
          ref={end}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
          tabIndex={0}
          aria-label="Output of the process"
          onScroll={(event) => {
            const box = event.currentTarget;
            isAtEnd.current = box.scrollHeight - box.scrollTop - box.clientHeight < 40;
          }}
        >
          {text === '' ? 'It has written nothing yet.' : text}
        </pre>
      )}
    </Loaded>
  );
}
