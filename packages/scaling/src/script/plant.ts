import type { ReplicaCounts, SignalName } from '@jaegis/model';
import type { ActuatorFault } from './statement.ts';

// The made pool of a script: a fluid queue in steps of at most one second. Each ready replica works off `capacity`
// requests a second; what arrives beyond that waits; an ordered replica is ready after the start-up time; giving back
// takes those that are still starting first. 95 % of responses are faster than service time + wait of the newest.

export interface PlantOptions {
  readonly capacity: number;
  readonly startupMs: number;
  readonly serviceSeconds: number;
  readonly ready: number;
}

export class Plant {
  readonly #options: PlantOptions;
  #ready: number;
  /** Times at which ordered replicas become ready, oldest order first. */
  #starting: number[] = [];
  #queue = 0;
  #served = 0;
  #at: number;
  #fault: ActuatorFault = 'ok';
  #delayMs = 0;
  #startups: number[] = [];
  /** Never ready, or only said to be there. */
  #ghosts = 0;

  constructor(options: PlantOptions, at: number) {
    this.#options = options;
    this.#ready = options.ready;
    this.#at = at;
  }

  setFault(fault: ActuatorFault, delayMs: number): void {
    this.#fault = fault;
    this.#delayMs = delayMs;
    // What never became ready begins to start once the fault is healed.
    if (fault !== 'ok') return;
    for (let i = 0; i < this.#ghosts; i++) this.#starting.push(this.#at + this.#options.startupMs);
    this.#ghosts = 0;
  }

  /** Lets `demand` requests per second arrive until `now`. */
  advance(demand: number, now: number): void {
    while (this.#at < now) {
      const step = Math.min(1_000, now - this.#at);
      this.#at += step;
      const arrived = this.#starting.filter((readyAt) => readyAt <= this.#at).length;
      if (arrived > 0) {
        this.#starting = this.#starting.filter((readyAt) => readyAt > this.#at);
        this.#ready += arrived;
        for (let i = 0; i < arrived; i++) this.#startups.push(this.#options.startupMs + this.#delayMs);
      }
      const seconds = step / 1_000;
      const work = this.#queue + Math.max(0, demand) * seconds;
      const done = Math.min(work, this.#ready * this.#options.capacity * seconds);
      this.#queue = work - done;
      this.#served = done / seconds;
    }
  }

  /** Asks the actuator for `desired` replicas, ready and starting together. */
  order(desired: number): void {
    const difference = desired - (this.#ready + this.#starting.length + this.#ghosts);
    if (this.#fault === 'refuses') return;
    if (difference > 0) {
      if (this.#fault === 'never-ready' || this.#fault === 'lies') this.#ghosts += difference;
      else {
        const readyAt = this.#at + this.#options.startupMs + this.#delayMs;
        for (let i = 0; i < difference; i++) this.#starting.push(readyAt);
      }
      return;
    }
    let fewer = -difference;
    const ghosts = Math.min(fewer, this.#ghosts);
    this.#ghosts -= ghosts;
    fewer -= ghosts;
    const starting = Math.min(fewer, this.#starting.length);
    this.#starting = this.#starting.slice(0, this.#starting.length - starting);
    this.#ready -= fewer - starting;
  }

  get replicas(): ReplicaCounts {
    // An actuator that lies says that what it never started is ready to be counted, as pending.
    return { ready: this.#ready, pending: this.#starting.length + this.#ghosts, draining: 0 };
  }

  /** Start-up times of replicas that became ready since the last call. */
  takeStartups(): number[] {
    const taken = this.#startups;
    this.#startups = [];
    return taken;
  }

  signal(name: SignalName, demand: number): number | undefined {
    const total = this.#ready * this.#options.capacity;
    switch (name) {
      case 'request_rate':
        return demand;
      case 'throughput':
        return this.#served;
      case 'queue_length':
        return this.#queue;
      case 'cpu_utilization':
        return total === 0 ? undefined : Math.min(1, this.#served / total);
      case 'latency_p95':
        return total === 0 ? undefined : this.#options.serviceSeconds + this.#queue / total;
      default:
        return undefined;
    }
  }
}
