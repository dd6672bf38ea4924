import { type JaegisConfig, type Notification, parseConfig, resolveServerOptions } from '@jaegis/model';
import type { Receiver } from '@jaegis/receivers';
import {
  createVirtualClock,
  createWorld,
  type Fault,
  Journal,
  type MadePoolOptions,
  type VirtualClock,
  type World,
} from '@jaegis/simulator';
import { type MetadataStore, memoryMetadata } from '@jaegis/store';
import { MetricsStore, memoryDirectory, type StorageDirectory } from '@jaegis/tsdb';
import { type Core, createCore } from '../../src/core/core.ts';
import type { Log } from '../../src/core/log.ts';

export interface SimulationSetup {
  readonly seed: number;
  readonly pools: readonly MadePoolOptions[];
  readonly faults?: readonly Fault[];
  /** What jaegis.yaml would say of every pool, beside its name. */
  readonly poolConfig?: Record<string, unknown>;
  /** Each pool calls the next one down: declared, as a configuration may. */
  readonly links?: readonly { readonly source: string; readonly target: string }[];
  /** How often its agents are to beat; five seconds unless told (made pools are told as well). */
  readonly heartbeatInterval?: string;
  /** A bug put in on purpose, to see that a checker finds it. */
  readonly sabotage?: (core: Core) => void;
}

/** The server's own loops, on a virtual clock, in a made world. */
export interface Simulation {
  readonly world: World;
  readonly clock: VirtualClock;
  readonly journal: Journal;
  readonly config: JaegisConfig;
  core: Core;
  readonly metadata: MetadataStore;
  /** Requests per second that one agent of a pool serves. */
  readonly capacityOf: ReadonlyMap<string, number>;
  readonly notifications: Notification[];
  /** Messages of the log that name a bug of ours or a loop that threw. */
  readonly failures: string[];
  /** Lets so much time pass. */
  run(ms: number): Promise<void>;
  /** The server is killed and started again, on what was on its disk. The world lives on. */
  crash(awayMs: number): Promise<void>;
}

/** Deliveries come in between the loops' ticks, as they do in life. */
const deliveryMs = 1_000;

export async function simulate(setup: SimulationSetup): Promise<Simulation> {
  const interval = setup.heartbeatInterval ?? '5s';
  const parsed = parseConfig({
    server: { supervised_heartbeat_interval: interval, heartbeat_interval: interval },
    pools: setup.pools.map(({ name }) => ({ name, replicas: { min: 1, max: 60 }, ...setup.poolConfig })),
    links: setup.links ?? [],
  });
  if (!parsed.ok) throw new Error(parsed.error);
  const { config } = parsed;
  const world = createWorld({ seed: setup.seed, pools: setup.pools, faults: setup.faults ?? [] });
  const clock = createVirtualClock(world.startMs);
  const journal = new Journal();
  const metadata = memoryMetadata();
  const directory = memoryDirectory();
  const notifications: Notification[] = [];
  const failures: string[] = [];
  const shared = {
    config,
    clock,
    metadata,
    directory,
    receiver: journalReceiver(journal, notifications),
    log: failureLog(failures),
    sabotage: setup.sabotage,
  };
  const simulation: Simulation = {
    world,
    clock,
    journal,
    config,
    core: await startCore(shared, world),
    metadata,
    capacityOf: new Map(setup.pools.map((pool) => [pool.name, pool.capacity])),
    notifications,
    failures,
    run: (ms) => clock.advance(ms),
    async crash(awayMs) {
      isAway = true;
      await simulation.core.stop({ drain: false });
      await clock.advance(awayMs);
      simulation.core = await startCore(shared, world);
      stopListening = listen(simulation.core, journal);
      isAway = false;
    },
  };
  let isAway = false;
  let stopListening = listen(simulation.core, journal);
  void stopListening;
  clock.every(deliveryMs, async () => {
    const delivery = world.advanceTo(clock.now());
    if (isAway) return;
    await deliver(simulation, delivery);
  });
  return simulation;
}

interface Shared {
  readonly config: JaegisConfig;
  readonly clock: VirtualClock;
  readonly metadata: MetadataStore;
  readonly directory: StorageDirectory;
  readonly receiver: Receiver;
  readonly log: Log;
  readonly sabotage: SimulationSetup['sabotage'];
}

async function startCore(shared: Shared, world: World): Promise<Core> {
  const { config, clock, metadata, directory } = shared;
  const resolved = resolveServerOptions({ file: config.server, environment: {}, flags: {} });
  if (!resolved.ok) throw new Error(resolved.error);
  const { options } = resolved;
  const store = await MetricsStore.open({
    directory,
    now: clock.now(),
    seriesLimit: options.series_limit,
    seriesLimitPerGroup: options.series_limit_per_pool,
    retentionMs: options.retention_raw,
  });
  const core = createCore({
    clock,
    stopwatch: () => 0,
    hashSeed: 1,
    hostName: 'made',
    platform: 'made',
    log: shared.log,
    version: 'simulated',
    config,
    options,
    store,
    metadata,
    receivers: [shared.receiver],
  });
  await core.attachTargets(world.targets);
  shared.sabotage?.(core);
  core.start();
  return core;
}

async function deliver(simulation: Simulation, delivery: ReturnType<World['advanceTo']>): Promise<void> {
  const { core, world, journal, clock, capacityOf } = simulation;
  const now = clock.now();
  for (const event of delivery.events) core.onTargetEvent(event);
  for (const beat of delivery.heartbeats)
    core.heartbeat(beat.instanceId, new TextEncoder().encode(JSON.stringify(beat)));
  core.sinks.spans(delivery.spans, now);
  for (const pool of core.views.pools()) {
    const truth = world.truth(pool.name);
    journal.moment({
      pool: pool.name,
      at: now,
      desired: pool.desiredReplicas ?? 0,
      ready: truth.replicas.ready,
      needed: truth.needed,
      waiting: truth.waiting,
      heardAt: truth.heardAt,
      backlogNeeds: Math.ceil(truth.waiting / (capacityOf.get(pool.name)! * 300)),
    });
  }
}

/** Everything that the server says goes into the journal, for the checkers. */
function listen(core: Core, journal: Journal): (() => void) | undefined {
  const lastState = new Map<string, string>();
  const isFirstSeen = new Set<string>();
  return core.events.listen((event) => {
    if (event.event === 'decision') {
      if (!isFirstSeen.has(event.data.id)) journal.decision(event.data);
      isFirstSeen.add(event.data.id);
    } else if (event.event === 'alert') journal.alert(event.data);
    else if (event.event === 'agent') {
      const { instanceId, connectivity, connectivityReason } = event.data;
      const before = lastState.get(instanceId);
      if (before !== undefined && before !== connectivity)
        journal.change({
          what: `agent ${instanceId}`,
          at: event.data.connectivitySince,
          from: before,
          to: connectivity,
          reason: connectivityReason,
        });
      lastState.set(instanceId, connectivity);
    }
  });
}

function journalReceiver(journal: Journal, notifications: Notification[]): Receiver {
  return {
    name: 'journal',
    async send(notification) {
      notifications.push(notification);
      const { at, kind, incident } = notification;
      journal.notification({ at, receiver: 'journal', cause: incident.id, state: `${kind} ${incident.severity}` });
      return { state: 'delivered', attempts: 1, tookMs: 0 };
    },
    get stats() {
      return {
        sent: notifications.length,
        failed: 0,
        skipped: 0,
        refused: 0,
        retries: 0,
        pending: 0,
        lastError: '',
        lastSentAt: null,
      };
    },
    close: async () => {},
  };
}

function failureLog(failures: string[]): Log {
  const ignore = () => {};
  return { debug: ignore, info: ignore, warn: ignore, error: (_fields, message) => failures.push(message) };
}
