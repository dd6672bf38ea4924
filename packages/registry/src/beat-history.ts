import type { AgentStatus, Beat } from '@jaegis/model';
import { RingBuffer } from '@jaegis/std';

const statuses = ['ok', 'busy', 'draining', 'error', 'missed'] as const satisfies readonly Beat['status'][];
const letters = 'obdem';

/**
 * The last 30 beats of an agent, one number each (time * 8 + status), so that 50,000 agents cost 15 MB and not 150.
 * Times are kept to the millisecond.
 */
export class BeatHistory {
  static readonly limit = 30;
  readonly #packed = new RingBuffer<number>(BeatHistory.limit);

  push(at: number, status: AgentStatus | 'missed'): void {
    this.#packed.push(Math.floor(at) * 8 + statuses.indexOf(status));
  }

  get length(): number {
    return this.#packed.length;
  }

  /** A copy that later beats do not change; `unpackBeats` reads it. */
  packed(): number[] {
    return [...this.#packed];
  }

  /** One letter a beat, oldest first: `o` ok, `b` busy, `d` draining, `e` error, `m` missed. */
  letters(): string {
    let text = '';
    for (const packed of this.#packed) text += letters[packed % 8];
    return text;
  }
}

export function unpackBeats(packed: readonly number[]): Beat[] {
  return packed.map((value) => ({ at: Math.floor(value / 8), status: statuses[value % 8]! }));
}
