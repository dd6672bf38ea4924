/** Long work in small pieces: after so many samples others get their turn. */
export class Slices {
  readonly #pause: () => Promise<void>;
  #spent = 0;

  constructor(pause: () => Promise<void>) {
    this.#pause = pause;
  }

  /** To be awaited after each piece of work. */
  async spend(samples: number): Promise<void> {
    // About 3 ms of encoding; a series without samples costs something too.
    this.#spent += samples + 50;
    if (this.#spent < 6_000) return;
    this.#spent = 0;
    await this.#pause();
  }
}
