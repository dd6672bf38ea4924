/**
 * How long a request took at an agent itself: its span without the time in which a call to another agent was open. One that
 * waits for others for most of a request may get ten times as slow itself before that shows in its latency.
 *   own = duration - union of the client spans below it (through internal spans), cut to its own time
 * Models and databases do not watch themselves: the time that they take is the agent's own.
 * Calls end, and are sent, before the request that made them; what comes later counts as own time. Parallel calls count once.
 * Bad at: calls without a client span of their own, retries that wait between two calls.
 */
import type { Span } from '@jaegis/model';

type Interval = readonly [from: number, to: number];

interface Calls {
  readonly instanceId: string;
  readonly made: Interval[];
}

const parentLimit = 10_000;
/** A request of more calls is followed as if the others had not been. */
const callLimit = 64;

export class OwnTime {
  /** Calls by the span that they were made in, until that ends. */
  readonly #calls = new Map<string, Calls>();

  /** Own seconds of a request that called others; `undefined` for one that did not, and for other spans. */
  observe(span: Span): number | undefined {
    const { kind, parentSpanId, startMs, durationMs } = span;
    const below = this.#take(span);
    if (kind === 'server' || kind === 'consumer') return below === undefined ? undefined : ownSeconds(span, below);
    if (parentSpanId === '') return undefined;
    if (kind === 'client' && durationMs > 0 && !isTool(span)) this.#add(span, [[startMs, startMs + durationMs]]);
    else if (kind === 'internal' && below !== undefined) this.#add(span, below);
    return undefined;
  }

  #take({ spanId, instanceId }: Span): readonly Interval[] | undefined {
    const below = this.#calls.get(spanId);
    if (below?.instanceId !== instanceId) return undefined;
    this.#calls.delete(spanId);
    return below.made;
  }

  #add({ parentSpanId, instanceId }: Span, calls: readonly Interval[]): void {
    const known = this.#calls.get(parentSpanId);
    if (known !== undefined) {
      if (known.instanceId === instanceId) known.made.push(...calls.slice(0, callLimit - known.made.length));
      return;
    }
    if (this.#calls.size >= parentLimit) this.#calls.delete(this.#calls.keys().next().value!);
    this.#calls.set(parentSpanId, { instanceId, made: calls.slice(0, callLimit) });
  }
}

function isTool({ attributes }: Span): boolean {
  return (
    attributes['gen_ai.operation.name'] !== undefined ||
    attributes['gen_ai.system'] !== undefined ||
    attributes['db.system.name'] !== undefined ||
    attributes['db.system'] !== undefined
  );
}

function ownSeconds({ startMs, durationMs }: Span, calls: readonly Interval[]): number {
  const endMs = startMs + durationMs;
  let calledMs = 0;
  let until = startMs;
  for (const [from, to] of [...calls].sort((a, b) => a[0] - b[0])) {
    const begin = Math.max(from, until);
    const end = Math.min(to, endMs);
    if (end <= begin) continue;
    calledMs += end - begin;
    until = end;
  }
  const ownMs = durationMs - calledMs;
  return ownMs > 0 ? ownMs / 1_000 : 0;
}
