/** Runs what the host gave us to run. It may throw, reject or hang; none of that is allowed to reach the SDK or back into the host. */
export class GuardedCallbacks {
  #errors = 0;
  #lastError = '';

  /** Calls all of them at once and waits for all. */
  async runAll(callbacks: readonly ((reason: string) => void | Promise<void>)[], reason: string): Promise<void> {
    await Promise.all(
      callbacks.map(async (callback) => {
        try {
          await callback(reason);
        } catch (error) {
          this.#count(error);
        }
      }),
    );
  }

  /** The value, or `undefined` when getting it threw. */
  read<T>(get: () => T): T | undefined {
    try {
      return get();
    } catch (error) {
      this.#count(error);
      return undefined;
    }
  }

  get errors(): number {
    return this.#errors;
  }

  get lastError(): string {
    return this.#lastError;
  }

  #count(error: unknown): void {
    this.#errors++;
    this.#lastError = error instanceof Error ? error.message : String(error);
  }
}
