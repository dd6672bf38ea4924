import type { HealthPart } from '@jaegis/model';
import type { AgentInput } from './assess-agent.ts';

const most = 4;

/** What to do, in plain words, worst part first. `bad` are the parts that pull an agent down. */
export function recommend(bad: readonly (readonly [string, HealthPart])[], input: AgentInput): string[] {
  const id = input.agent.instanceId;
  const advice: string[] = [];
  for (const [name] of bad) {
    const text = adviceFor(name, id, input);
    if (text !== undefined && !advice.includes(text)) advice.push(text);
  }
  return advice.slice(0, most);
}

function adviceFor(part: string, id: string, input: AgentInput): string | undefined {
  switch (part) {
    case 'connectivity':
      return `Check that ${id} is running and can reach JAEGIS`;
    case 'status':
      return `Read the last output of ${id}: it reports an error itself`;
    case 'progress':
      if (input.progress?.kind === 'empty')
        return `Look at what ${id} answers and at the model behind it: it is quick, and there may be nothing in it`;
      return input.progress?.kind === 'looping'
        ? `Stop ${id} before it spends more: it uses tokens without getting anywhere`
        : `Restart ${id}: it has work and does not advance`;
    case 'errors':
      return `Look at the failed requests of ${id}, and at what it calls`;
    case 'latency':
      return `Compare ${id} with its peers: if all are slow, look downstream or add replicas; if it alone is, restart it`;
    case 'memory':
      return `Drain and restart ${id} before it reaches its limit, and look for what it keeps in memory`;
    case 'resources':
      return `Give ${id} more CPU or memory, or spread its work over more replicas`;
    case 'queue':
    case 'saturation':
      return `Add replicas to ${input.agent.pool}: work arrives faster than it is done`;
    case 'cost':
      return `Check what ${id} spends money on`;
    case 'peers':
      return `Look at what sets ${id} apart from its peers: version, host, input`;
    default:
      return undefined;
  }
}
