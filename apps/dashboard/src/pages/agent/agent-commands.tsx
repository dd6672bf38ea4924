import type { AgentCommandKind, AgentReport } from '@jaegis/model';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useUrlState } from '../../app/url-state.ts';
import { commandAgent } from '../../data/actions.ts';
import { Confirm } from '../../widgets/confirm.tsx';
import { RemoveAgents } from '../../widgets/remove-agents.tsx';

interface Command {
  readonly kind: AgentCommandKind;
  readonly name: string;
  readonly text: (id: string) => string;
  readonly isDangerous?: boolean;
}

const commands: readonly Command[] = [
  { kind: 'drain', name: 'Drain', text: (id) => `${id} finishes what it has and takes nothing new. Then it stops.` },
  { kind: 'restart', name: 'Restart', text: (id) => `${id} finishes what it has, stops and is started again.` },
  { kind: 'pause', name: 'Pause', text: (id) => `${id} stays, but takes no new work until it is resumed.` },
  { kind: 'resume', name: 'Resume', text: (id) => `${id} takes new work again.` },
  {
    kind: 'kill',
    name: 'Kill',
    text: (id) => `${id} is ended at once. What it was working on is lost.`,
    isDangerous: true,
  },
];

/** What can be done with an agent. Each asks first; the URL says which one is asked, so that the palette can. */
export function AgentCommands({ agent }: { agent: AgentReport }) {
  const [state, change] = useUrlState();
  const [sent, setSent] = useState('');
  const asked = commands.find((command) => command.kind === state.command);
  const navigate = useNavigate();
  const isThere = agent.connectivity !== 'stopped';
  const isGone = !isThere || agent.connectivity === 'lost';
  return (
    <div className="agent-commands">
      <div className="row row-wrap">
        {commands
          .filter((command) => command.kind !== 'resume')
          .map((command) => (
            <button
              key={command.kind}
              type="button"
              className={`button ${command.isDangerous ? 'button-danger-quiet' : ''}`}
              disabled={!isThere}
              onClick={() => change({ command: command.kind }, 'replace')}
            >
              {command.name}
            </button>
          ))}
        <button
          type="button"
          className="button"
          disabled={!isThere}
          onClick={() => change({ command: 'resume' }, 'replace')}
        >
          Resume
        </button>
        {isGone && <RemoveAgents ids={[agent.instanceId]} onDone={() => void navigate({ to: '/agents' })} />}
      </div>
      <p className="small muted" role="status">
        {sent}
      </p>
      {asked !== undefined && (
        <Confirm
          title={`${asked.name} ${agent.instanceId}?`}
          text={`${asked.text(agent.instanceId)} It hears of it with its next heartbeat, within ${Math.round(agent.heartbeatIntervalMs / 1_000)} s.`}
          verb={asked.name}
          isDangerous={asked.isDangerous ?? false}
          asksReason
          onConfirm={async (reason) => {
            await commandAgent(agent.instanceId, asked.kind, reason);
            setSent(`${asked.name}: ordered, waiting for the next heartbeat.`);
          }}
          onClose={() => change({ command: undefined }, 'replace')}
        />
      )}
    </div>
  );
}
