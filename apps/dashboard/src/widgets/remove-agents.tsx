import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { removeAgents } from '../data/actions.ts';
import { agentSync } from '../data/agent-rows.ts';
import { Confirm } from './confirm.tsx';

/** A button that has agents forgotten which are gone for good: nothing is stopped by it, and whoever beats again is back. */
export function RemoveAgents({ ids, onDone }: { ids: readonly string[]; onDone?: () => void }) {
  const client = useQueryClient();
  const [state, setState] = useState<'there' | 'asked' | 'removed'>('there');
  const whom = ids.length === 1 ? ids[0]! : `${ids.length} lost agents`;
  if (state === 'removed')
    return (
      <p className="small muted" role="status">
        Removed. What was said of {ids.length === 1 ? 'it' : 'them'} is over in a minute or two.
      </p>
    );
  return (
    <>
      <button type="button" className="button" onClick={() => setState('asked')}>
        {ids.length === 1 ? 'Remove' : `Remove the ${whom}`}
      </button>
      {state === 'asked' && (
        <Confirm
          title={`Remove ${whom}?`}
          text={`For what is gone for good: ${ids.length === 1 ? 'it is' : 'they are'} not expected any more, and alerts of ${ids.length === 1 ? 'it' : 'them'} end. What was recorded is kept. An agent that is heard again is back.`}
          verb="Remove"
          onConfirm={async () => {
            await removeAgents(ids);
            agentSync.readAgain();
            for (const key of ['health', 'pools', 'incidents', 'incident', 'incident-alerts'])
              void client.invalidateQueries({ queryKey: [key] });
            setState('removed');
            onDone?.();
          }}
          onClose={() => setState((now) => (now === 'asked' ? 'there' : now))}
        />
      )}
    </>
  );
}
