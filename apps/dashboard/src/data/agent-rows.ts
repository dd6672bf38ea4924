import type { AgentSummary, Page } from '@jaegis/model';
import { request, withParams } from './api.ts';

// All agents of the table, outside of React: 10,000 rows are one plain array that is changed in place, and a number
// that grows when anything did. Read whole once and every minute, and only what changed in between.

const path = '/api/fleet/agents';
const changesEveryMs = 2_000;
const wholeEveryMs = 60_000;
const limit = 20_000;

type SummaryPage = Page<AgentSummary> & { readonly at: number };

export class AgentRows {
  readonly #rows: AgentSummary[] = [];
  readonly #indexes = new Map<string, number>();
  readonly #listeners = new Set<() => void>();
  #version = 0;
  #isChanged = false;

  /** Grows with every change that was settled. */
  get version(): number {
    return this.#version;
  }

  get rows(): readonly AgentSummary[] {
    return this.#rows;
  }

  get(id: string): AgentSummary | undefined {
    const index = this.#indexes.get(id);
    return index === undefined ? undefined : this.#rows[index];
  }

  put(row: AgentSummary): void {
    const index = this.#indexes.get(row.instanceId);
    if (index !== undefined) this.#rows[index] = row;
    else if (this.#rows.length < limit) {
      this.#indexes.set(row.instanceId, this.#rows.length);
      this.#rows.push(row);
    }
    this.#isChanged = true;
  }

  /** Everything anew: whoever is not in the list is gone. */
  replaceAll(rows: readonly AgentSummary[]): void {
    this.#rows.length = 0;
    this.#indexes.clear();
    for (const row of rows) this.put(row);
    this.#isChanged = true;
  }

  /** Tells those who look, once for any number of changes. */
  settle(): void {
    if (!this.#isChanged) return;
    this.#isChanged = false;
    this.#version++;
    for (const listener of this.#listeners) listener();
  }

  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

export const agentRows = new AgentRows();

export type SyncState = { readonly status: 'loading' | 'ready' | 'failed'; readonly error: Error | null };

/** Keeps the rows in step with the server while anybody looks. */
export class AgentSync {
  readonly #rows: AgentRows;
  #watchers = 0;
  #since = 0;
  #wholeAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isRunning = false;
  #listeners = new Set<() => void>();
  state: SyncState = { status: 'loading', error: null };

  constructor(rows: AgentRows) {
    this.#rows = rows;
  }

  watch(listener: () => void): () => void {
    this.#watchers++;
    this.#listeners.add(listener);
    if (this.#watchers === 1 && !this.#isRunning) void this.#round();
    return () => {
      this.#watchers--;
      this.#listeners.delete(listener);
      if (this.#watchers === 0) clearTimeout(this.#timer);
    };
  }

  /** After a lost connection: what changed meanwhile is not known, so everything is read again. */
  readAgain(): void {
    this.#wholeAt = 0;
    if (this.#watchers === 0 || this.#isRunning) return;
    clearTimeout(this.#timer);
    void this.#round();
  }

  async #round(): Promise<void> {
    this.#isRunning = true;
    const isWhole = Date.now() - this.#wholeAt > wholeEveryMs;
    try {
      const page = await request<SummaryPage>(
        withParams(path, { view: 'summary', limit, since: isWhole ? undefined : this.#since }),
      );
      if (isWhole) {
        this.#rows.replaceAll(page.items);
        this.#wholeAt = Date.now();
      } else for (const row of page.items) this.#rows.put(row);
      this.#since = page.at;
      this.#rows.settle();
      this.#tell({ status: 'ready', error: null });
    } catch (error) {
      // With rows on the screen the picture stays; the connection banner says how old it is.
      if (this.state.status !== 'ready') this.#tell({ status: 'failed', error: error as Error });
    }
    this.#isRunning = false;
    if (this.#watchers > 0) this.#timer = setTimeout(() => void this.#round(), changesEveryMs);
  }

  #tell(next: SyncState): void {
    if (next.status === this.state.status && next.error === this.state.error) return;
    this.state = next;
    for (const listener of this.#listeners) listener();
  }
}

export const agentSync = new AgentSync(agentRows);
