import type { AgentCommand } from '@jaegis/model';

/** Commands that wait for an agent's next heartbeat. The newest 16 are kept; one that nobody fetched in ten minutes is stale. */
export class CommandQueue {
  static readonly limit = 16;
  static readonly staleAfterMs = 600_000;
  #commands: AgentCommand[] = [];

  /** Returns how many older commands gave way (0 or 1). */
  push(command: AgentCommand): number {
    this.#commands.push(command);
    if (this.#commands.length <= CommandQueue.limit) return 0;
    this.#commands.shift();
    return 1;
  }

  /** Hands out what waits, each command once. A restart ordered hours ago must not surprise an agent that comes back. */
  take(now: number): { commands: readonly AgentCommand[]; stale: number } {
    const waiting = this.#commands;
    if (waiting.length === 0) return { commands: waiting, stale: 0 };
    this.#commands = [];
    const commands = waiting.filter((command) => now - command.at <= CommandQueue.staleAfterMs);
    return { commands, stale: waiting.length - commands.length };
  }

  get length(): number {
    return this.#commands.length;
  }
}
