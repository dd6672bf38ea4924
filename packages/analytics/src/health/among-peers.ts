/**
 * Two faults that only show beside one's peers, since neither breaks a bound of its own:
 * - a hogged CPU: an agent at the top of what it may use, while like agents with as much work were below it over the last
 *   minute (readings of seconds jump: of peers at four fifths, some are at the top at any moment);
 * - silent output: nothing finishes for as long as its peers finish `silentWork` requests each. Under even routing the chance
 *   that this happens to a well agent is e^-silentWork.
 * Bad at: pools whose work is not spread evenly, and pools of one or two.
 */
import { formatDuration, formatValue } from '@jaegis/std';

export interface PeerReading {
  readonly instanceId: string;
  /** Share of what it may use; `null` = not known. */
  readonly cpu: number | null;
  /** The same over about the last minute. */
  readonly cpuMean: number | null;
  /** Finished requests per second. */
  readonly throughput: number | null;
  /** When it last finished anything, epoch milliseconds; `undefined`: never that we know. */
  readonly finishedAt: number | undefined;
}

export interface PeerFault {
  readonly instanceId: string;
  readonly kind: 'cpu_hogged' | 'output_silent';
  readonly reason: string;
}

const leastPeers = 2;
const hogged = 0.95;
/** Peers at or below this have room to spare. */
const roomy = 0.9;
/** Whoever finishes so much more than its peers is busy with its own work. */
const moreWork = 1.25;
const silentWork = 15;
const leastSilentMs = 45_000;

/** The faults among the agents of one pool that are live, working and past their start-up. */
export function faultsAmongPeers(agents: readonly PeerReading[], now: number): PeerFault[] {
  if (agents.length <= leastPeers) return [];
  const cpu = sorted(agents.map((each) => each.cpuMean));
  const throughput = sorted(agents.map((each) => each.throughput));
  const found: PeerFault[] = [];
  for (const agent of agents) {
    const usualWork = medianOfOthers(throughput, agent.throughput);
    const fault =
      hoggedCpu(agent, { cpu: medianOfOthers(cpu, agent.cpuMean), work: usualWork }) ??
      silentOutput(agent, usualWork, now);
    if (fault !== undefined) found.push(fault);
  }
  return found;
}

function hoggedCpu(
  agent: PeerReading,
  usual: { readonly cpu: number | null; readonly work: number | null },
): PeerFault | undefined {
  if (agent.cpu === null || agent.cpu < hogged || usual.cpu === null || usual.cpu > roomy) return undefined;
  if (agent.cpuMean === null || agent.cpuMean <= usual.cpu) return undefined;
  if (agent.throughput !== null && usual.work !== null && agent.throughput > moreWork * usual.work) return undefined;
  const reason = `CPU ${formatValue(agent.cpu, 'ratio')}, its peers' median is ${formatValue(usual.cpu, 'ratio')}: something beside its work takes it`;
  return { instanceId: agent.instanceId, kind: 'cpu_hogged', reason };
}

function silentOutput(agent: PeerReading, usual: number | null, now: number): PeerFault | undefined {
  if (agent.finishedAt === undefined || usual === null || usual <= 0) return undefined;
  const silentMs = now - agent.finishedAt;
  if (silentMs < Math.max(leastSilentMs, (silentWork / usual) * 1_000)) return undefined;
  const reason = `finished nothing for ${formatDuration(silentMs)}, its peers finish ${formatValue(usual, '1/s')} each`;
  return { instanceId: agent.instanceId, kind: 'output_silent', reason };
}

/** The known values, rising. */
function sorted(values: readonly (number | null)[]): Float64Array {
  return Float64Array.from(values.filter((value) => value !== null)).sort();
}

/** The (lower) median of `all`, which is sorted, without one value that is in it; `null` of fewer than two. */
function medianOfOthers(all: Float64Array, own: number | null): number | null {
  const count = all.length - (own === null ? 0 : 1);
  if (count < leastPeers) return null;
  const middle = Math.floor((count - 1) / 2);
  // What lies at or above the own value moves down by one place when that is taken out.
  return own !== null && all[middle]! >= own ? all[middle + 1]! : all[middle]!;
}
