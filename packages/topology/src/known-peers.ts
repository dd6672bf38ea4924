/** An end of a link. `instanceId` is `null` where only the pool, or only a name, is known. */
export interface Endpoint {
  /** Pool, or the name of a peer that sends no telemetry. */
  readonly name: string;
  readonly instanceId: string | null;
  readonly isVirtual: boolean;
}

interface Destination {
  readonly producers: Map<string, Endpoint>;
  readonly consumers: Map<string, Endpoint>;
}

const poolsPerDestination = 32;

/**
 * What pairs have taught us: which pool answers at an address, who writes to and reads from a destination, which pool a
 * short service name means. So a call to an agent that was just killed is an error of the link to its pool, and not a
 * new peer named `127.0.0.1:43121`. Bounded: the oldest give way.
 */
export class KnownPeers {
  readonly #addressLimit: number;
  readonly #destinationLimit: number;
  // `null`: more than one pool answers there, so that it says nothing.
  readonly #byAddress = new Map<string, Endpoint | null>();
  readonly #destinations = new Map<string, Destination>();
  // Last part of a pool's name to the pool; `null` when two pools share it.
  readonly #byShortName = new Map<string, string | null>();
  readonly #pools = new Set<string>();

  constructor(options: { addressLimit: number; destinationLimit: number }) {
    this.#addressLimit = options.addressLimit;
    this.#destinationLimit = options.destinationLimit;
  }

  addPool(pool: string): void {
    if (this.#pools.has(pool)) return;
    this.#pools.add(pool);
    const short = pool.slice(pool.lastIndexOf('/') + 1);
    if (short !== pool) this.#byShortName.set(short, this.#byShortName.has(short) ? null : pool);
  }

  deletePool(pool: string): void {
    this.#pools.delete(pool);
    const short = pool.slice(pool.lastIndexOf('/') + 1);
    if (this.#byShortName.get(short) === pool) this.#byShortName.delete(short);
  }

  isPool(name: string): boolean {
    return this.#pools.has(name);
  }

  /** The pool that a service name means, or the name itself as a peer without telemetry. */
  named(name: string): Endpoint {
    const pool = this.#pools.has(name) ? name : (this.#byShortName.get(name) ?? undefined);
    return { name: pool ?? name, instanceId: null, isVirtual: pool === undefined };
  }

  answered(address: string, by: Endpoint): void {
    const known = this.#byAddress.get(address);
    if (known === null) return;
    if (known !== undefined) {
      if (known.name !== by.name) this.#byAddress.set(address, null);
      else if (known.instanceId !== by.instanceId) this.#byAddress.set(address, { ...by, instanceId: null });
      return;
    }
    if (this.#byAddress.size >= this.#addressLimit) this.#byAddress.delete(this.#byAddress.keys().next().value!);
    this.#byAddress.set(address, by);
  }

  at(address: string): Endpoint | undefined {
    return this.#byAddress.get(address) ?? undefined;
  }

  produced(destination: string, by: Endpoint): void {
    this.#note(destination, 'producers', by);
  }

  consumed(destination: string, by: Endpoint): void {
    this.#note(destination, 'consumers', by);
  }

  /** The one who writes there; `undefined` when nobody or more than one is known. */
  onlyProducer(destination: string): Endpoint | undefined {
    const producers = this.#destinations.get(destination)?.producers;
    return producers?.size === 1 ? producers.values().next().value : undefined;
  }

  consumerCount(destination: string): number {
    return this.#destinations.get(destination)?.consumers.size ?? 0;
  }

  producerCount(destination: string): number {
    return this.#destinations.get(destination)?.producers.size ?? 0;
  }

  #note(destination: string, side: 'producers' | 'consumers', by: Endpoint): void {
    let known = this.#destinations.get(destination);
    if (known === undefined) {
      if (this.#destinations.size >= this.#destinationLimit) {
        this.#destinations.delete(this.#destinations.keys().next().value!);
      }
      known = { producers: new Map(), consumers: new Map() };
      this.#destinations.set(destination, known);
    }
    const ends = known[side];
    const before = ends.get(by.name);
    if (before === undefined && ends.size >= poolsPerDestination) return;
    // Several instances of one pool: the pool is known, the instance is not.
    const isOther = before !== undefined && before.instanceId !== by.instanceId;
    if (before === undefined || isOther) ends.set(by.name, isOther ? { ...by, instanceId: null } : by);
  }
}
