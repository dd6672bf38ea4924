import type { Cancel, Host } from './host.ts';
import type { ServerConnection } from './server-call.ts';

/** Another agent that can be asked for work. */
export interface Peer {
  readonly instanceId: string;
  readonly pool: string;
  /** Its label `agent.url`. */
  readonly url: string;
  readonly labels: Readonly<Record<string, string>>;
}

interface PoolPeers {
  peers: readonly Peer[];
  usedAt: number;
  refresh: Promise<void> | undefined;
  /** Cancels the next refresh; `undefined` when none is due. */
  next: Cancel | undefined;
  fetchedAt: number;
  turn: number;
}

const refreshEveryMs = 2_000;
/** Not asked for this long, a pool is no longer refreshed. */
const forgottenAfterMs = 10_000;
const shortestRefreshMs = 250;
const poolLimit = 200;
const peerLimit = 1_000;
const answerBytesMax = 8 * 1024 * 1024;

/**
 * Who else is in the fleet. A pool's list is fetched when it is first asked for and kept fresh while it is used; while
 * the server is away the last known list stays. Only live agents that are not draining and say where they are reached.
 */
export class PeerBook {
  readonly #host: Host;
  readonly #server: ServerConnection;
  readonly #pools = new Map<string, PoolPeers>();
  readonly #inFlight = new Map<string, number>();
  #isStopped = false;

  constructor(host: Host, server: ServerConnection) {
    this.#host = host;
    this.#server = server;
  }

  /** What is known now; empty at first. */
  list(pool: string): readonly Peer[] {
    return this.#use(pool)?.peers ?? [];
  }

  /** As `list`, but waits for the first answer when nothing is known yet. Never rejects. */
  async find(pool: string): Promise<readonly Peer[]> {
    const known = this.#use(pool);
    if (known === undefined) return [];
    if (known.peers.length === 0) await (known.refresh ?? this.#refresh(pool, known));
    return known.peers;
  }

  /** The peer with the fewest requests of ours under way; those with equally few take turns. */
  pick(pool: string): Peer | undefined {
    const known = this.#use(pool);
    if (known === undefined || known.peers.length === 0) return undefined;
    const { peers } = known;
    const first = known.turn++ % peers.length;
    let best: Peer | undefined;
    let fewest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < peers.length; i++) {
      const peer = peers[(first + i) % peers.length]!;
      const load = this.#inFlight.get(originOf(peer.url)) ?? 0;
      if (load < fewest) {
        best = peer;
        fewest = load;
      }
    }
    return best;
  }

  /** Counts a request towards the one who answers at `url`, until the returned function is called. */
  began(url: string): () => void {
    const origin = originOf(url);
    this.#inFlight.set(origin, (this.#inFlight.get(origin) ?? 0) + 1);
    return () => {
      const left = (this.#inFlight.get(origin) ?? 1) - 1;
      if (left <= 0) this.#inFlight.delete(origin);
      else this.#inFlight.set(origin, left);
    };
  }

  stop(): void {
    this.#isStopped = true;
    for (const known of this.#pools.values()) known.next?.();
  }

  #use(pool: string): PoolPeers | undefined {
    const now = this.#host.now();
    let known = this.#pools.get(pool);
    if (known === undefined) {
      if (this.#pools.size >= poolLimit) return undefined;
      const turn = Math.floor(this.#host.random() * peerLimit);
      known = {
        peers: [],
        usedAt: now,
        refresh: undefined,
        next: undefined,
        fetchedAt: Number.NEGATIVE_INFINITY,
        turn,
      };
      this.#pools.set(pool, known);
    }
    known.usedAt = now;
    if (known.next === undefined) void this.#refresh(pool, known);
    return known;
  }

  #refresh(pool: string, known: PoolPeers): Promise<void> {
    if (known.refresh !== undefined) return known.refresh;
    const now = this.#host.now();
    if (this.#isStopped || now - known.fetchedAt < shortestRefreshMs) return Promise.resolve();
    known.fetchedAt = now;
    known.refresh = this.#fetch(pool, known).then(() => {
      known.refresh = undefined;
      known.next?.();
      known.next = this.#host.after(refreshEveryMs, () => {
        known.next = undefined;
        if (this.#host.now() - known.usedAt < forgottenAfterMs) void this.#refresh(pool, known);
      });
    });
    return known.refresh;
  }

  async #fetch(pool: string, known: PoolPeers): Promise<void> {
    const path = `/api/fleet/agents?pool=${encodeURIComponent(pool)}&connectivity=live&limit=${peerLimit}`;
    const answer = await this.#server.call({
      method: 'GET',
      path,
      timeoutMs: refreshEveryMs,
      maxBytes: answerBytesMax,
    });
    const peers = answer.ok ? parsePeers(answer.body, pool) : undefined;
    if (peers !== undefined) known.peers = peers;
  }
}

/** `undefined` when it is not a list of agents; entries that are not agents are left out. */
function parsePeers(body: unknown, pool: string): Peer[] | undefined {
  const items = (body as { items?: unknown } | null)?.items;
  if (!Array.isArray(items)) return undefined;
  const peers: Peer[] = [];
  for (const item of items.slice(0, peerLimit) as unknown[]) {
    const { instanceId, labels, status } = (item ?? {}) as { instanceId?: unknown; labels?: unknown; status?: unknown };
    const url = (labels as Record<string, unknown> | null | undefined)?.['agent.url'];
    if (typeof instanceId !== 'string' || typeof url !== 'string' || status === 'draining') continue;
    peers.push({ instanceId, pool, url, labels: labels as Record<string, string> });
  }
  return peers;
}

function originOf(url: string): string {
  try {
    return new URL(url).origin;
  } catch {
    return url;
  }
}
