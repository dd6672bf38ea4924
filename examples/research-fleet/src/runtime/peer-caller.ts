import type { Agent } from '@jaegis/agent';

/** Nobody could do it: the last thing that was tried, in words. `status` is what to answer one's own caller. */
export class PeerError extends Error {
  override readonly name = 'PeerError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface PeerCallerOptions {
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly timeoutMs: number;
}

type Attempt = { readonly ok: true; readonly body: unknown } | { readonly ok: false; readonly failure: Failure };

interface Failure {
  /** Of the answer; 0 when there was none. */
  readonly status: number;
  readonly message: string;
}

interface Endpoint {
  readonly instanceId: string;
  readonly url: string;
}

const restMs = 3_000;
const restingLimit = 1_000;

/**
 * Calls one agent of a pool: of two picked at random the one with fewer of our calls outstanding (Mitzenmacher's power of
 * two choices), and once more at another when the first is full, going away or not there. An agent that just failed
 * rests for three seconds before it is picked again: without this, one that is dead would look like the least busy.
 */
export class PeerCaller {
  readonly #agent: Pick<Agent, 'findPeers' | 'request'>;
  readonly #options: PeerCallerOptions;
  readonly #outstanding = new Map<string, number>();
  readonly #restUntil = new Map<string, number>();

  constructor(agent: Pick<Agent, 'findPeers' | 'request'>, options: PeerCallerOptions) {
    this.#agent = agent;
    this.#options = options;
  }

  /** The decoded answer to a POST. Rejects with a `PeerError` after two tries. */
  async call(pool: string, path: string, body: unknown): Promise<unknown> {
    const tried: string[] = [];
    let failure: Failure = { status: 0, message: 'no agent of it is known' };
    for (let attempt = 0; attempt < 2; attempt++) {
      const peer = this.#pick(await this.#agent.findPeers(pool), tried);
      if (peer === undefined) break;
      tried.push(peer.instanceId);
      const result = await this.#attempt(pool, `${peer.url}${path}`, { peer, body });
      if (result.ok) return result.body;
      failure = result.failure;
      if (failure.status >= 400 && failure.status < 500 && failure.status !== 429) break;
      this.#rest(peer);
    }
    throw new PeerError(
      failure.status === 429 ? 429 : 503,
      `Cannot ask ${pool}: ${failure.message} (${tried.length} tried)`,
    );
  }

  #pick(peers: readonly Endpoint[], excluded: readonly string[]): Endpoint | undefined {
    const { random, now } = this.#options;
    const others = peers.filter((peer) => !excluded.includes(peer.instanceId));
    const rested = others.filter((peer) => (this.#restUntil.get(peer.instanceId) ?? 0) <= now());
    const usable = rested.length > 0 ? rested : others;
    const first = usable[Math.floor(random() * usable.length)];
    const second = usable[Math.floor(random() * usable.length)];
    if (first === undefined || second === undefined) return first;
    return this.#load(second) < this.#load(first) ? second : first;
  }

  #load(peer: Endpoint): number {
    return this.#outstanding.get(peer.instanceId) ?? 0;
  }

  async #attempt(pool: string, url: string, call: { peer: Endpoint; body: unknown }): Promise<Attempt> {
    const { peer, body } = call;
    this.#outstanding.set(peer.instanceId, this.#load(peer) + 1);
    try {
      const response = await this.#agent.request(pool, url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(this.#options.timeoutMs),
      });
      const answer = (await response.json()) as { error?: { message?: unknown } };
      if (response.ok) return { ok: true, body: answer };
      const said = String(answer.error?.message ?? response.statusText);
      return { ok: false, failure: { status: response.status, message: `${peer.instanceId} answered: ${said}` } };
    } catch (error) {
      return { ok: false, failure: { status: 0, message: `${peer.instanceId}: ${(error as Error).message}` } };
    } finally {
      const left = this.#load(peer) - 1;
      if (left > 0) this.#outstanding.set(peer.instanceId, left);
      else this.#outstanding.delete(peer.instanceId);
    }
  }

  #rest(peer: Endpoint): void {
    if (this.#restUntil.size >= restingLimit) this.#restUntil.clear();
    this.#restUntil.set(peer.instanceId, this.#options.now() + restMs);
  }
}
