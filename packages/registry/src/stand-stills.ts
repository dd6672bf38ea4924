/**
 * When JAEGIS itself stood still (a starved machine, a stopped process), told by ticks that came late. Silence is what is
 * left of the time since someone was heard when that is taken off: nobody is lost for the time that nobody listened, and one
 * who was silent before and after is.
 * Bad at: stand-stills of more than the last sixteen; those count as silence again, hours later at the earliest in practice.
 */
interface StandStill {
  readonly from: number;
  readonly to: number;
}

const most = 16;

export class StandStills {
  #kept: StandStill[] = [];

  add(from: number, to: number): void {
    this.#kept.push({ from, to });
    if (this.#kept.length > most) this.#kept.shift();
  }

  /** How much of the time from then on nobody listened, milliseconds. */
  since(at: number): number {
    let sum = 0;
    for (const { from, to } of this.#kept) if (to > at) sum += to - Math.max(from, at);
    return sum;
  }

  /** A clock that was set back takes everything that lies in its future with it. */
  rewind(now: number): void {
    this.#kept = this.#kept.filter(({ to }) => to <= now);
  }
}
