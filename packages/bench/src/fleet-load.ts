/**
 * The telemetry of a made fleet, the same bytes for whoever is measured: agents in pools, each with the same series of
 * six kinds (counters, gauges of three decimals, bytes, latencies of six decimals, small queues, constants). Values
 * follow from agent, series and round alone, so that a load can be made again without keeping it.
 */
import { WireWriter } from '@jaegis/protocol';

export interface FleetLoad {
  readonly agents: number;
  readonly seriesPerAgent: number;
  /** Samples in a request; a whole number of agents. */
  readonly samplesPerRequest: number;
  /** Names the run in a label, so that series of two runs differ. */
  readonly run: string;
}

const pools = ['planner', 'searcher', 'reader', 'writer', 'critic', 'router', 'indexer', 'judge'];
const regions = ['eu-central-1', 'us-east-1', 'ap-southeast-2'];
const kinds = [
  { name: 'agent_requests_total', label: 'route' },
  { name: 'agent_cpu_utilization', label: 'core' },
  { name: 'agent_memory_bytes', label: 'area' },
  { name: 'agent_request_duration_seconds', label: 'quantile' },
  { name: 'agent_queue_length', label: 'queue' },
  { name: 'agent_build_info', label: 'component' },
] as const;

/** The labels of a series, sorted by name as Prometheus sends them. */
export function seriesLabels(load: FleetLoad, agent: number, series: number): [string, string][] {
  const kind = kinds[series % kinds.length]!;
  const pool = pools[agent % pools.length]!;
  return [
    ['__name__', kind.name],
    ['instance', `${pool}-${load.run}-${agent}`],
    ['job', `research/${pool}`],
    [kind.label, `${kind.label}-${Math.floor(series / kinds.length)}`],
    ['pool', `research/${pool}`],
    ['region', regions[agent % regions.length]!],
    ['version', '1.4.2'],
  ].sort((a, b) => (a[0]! < b[0]! ? -1 : 1)) as [string, string][];
}

/** The value of a series in a round. */
export function seriesValue(agent: number, series: number, round: number): number {
  const noise = mix(agent * 1_009 + series, round) / 2 ** 32;
  switch (series % kinds.length) {
    case 0:
      return 1_000 * series + 37 * round + Math.floor(20 * (mix(agent, series) / 2 ** 32)) * round;
    case 1:
      return Math.round((0.4 + 0.3 * Math.sin(round / 9 + agent) + 0.1 * noise) * 1_000) / 1_000;
    case 2:
      return 4_096 * Math.floor(20_000 + 3_000 * noise + 10 * round);
    case 3:
      return Math.round((0.02 + 0.15 * noise * noise) * 1e6) / 1e6;
    case 4:
      return Math.floor(12 * noise);
    default:
      return 1;
  }
}

/** How many requests a round has. */
export function requestsPerRound(load: FleetLoad): number {
  return Math.ceil((load.agents * load.seriesPerAgent) / load.samplesPerRequest);
}

/** The agents of a request, as [from, to). */
function agentsOf(load: FleetLoad, request: number): [number, number] {
  const each = Math.max(1, Math.round(load.samplesPerRequest / load.seriesPerAgent));
  return [request * each, Math.min((request + 1) * each, load.agents)];
}

/** Makes the requests of a load as remote write 1.0, not yet packed. What stays the same over rounds is made once. */
export class RemoteWriteLoad {
  readonly #load: FleetLoad;
  readonly #labels: Uint8Array[];

  constructor(load: FleetLoad) {
    this.#load = load;
    this.#labels = Array.from({ length: load.agents * load.seriesPerAgent }, (_, index) => {
      const writer = new WireWriter();
      const agent = Math.floor(index / load.seriesPerAgent);
      for (const [name, value] of seriesLabels(load, agent, index % load.seriesPerAgent))
        writer.messageField(1, (label) => {
          label.stringField(1, name);
          label.stringField(2, value);
        });
      return writer.finish();
    });
  }

  /** One request. `at` is in epoch milliseconds. */
  request(request: number, round: number, at: number): Uint8Array {
    const { seriesPerAgent } = this.#load;
    const [from, to] = agentsOf(this.#load, request);
    const parts: Uint8Array[] = [];
    for (let agent = from; agent < to; agent++)
      for (let series = 0; series < seriesPerAgent; series++)
        parts.push(this.#timeSeries(agent, series, { value: seriesValue(agent, series, round), at }));
    return Buffer.concat(parts);
  }

  #timeSeries(agent: number, series: number, sample: { value: number; at: number }): Uint8Array {
    const labels = this.#labels[agent * this.#load.seriesPerAgent + series]!;
    // Field 1 of the request: the labels as they are, then field 2, a sample of value (omitted when 0) and time.
    const sampleBytes = sample.value === 0 ? 7 : 16;
    const length = labels.length + 2 + sampleBytes;
    const bytes = Buffer.alloc((length > 127 ? 3 : 2) + length);
    let pos = 0;
    bytes[pos++] = 0x0a;
    if (length > 127) bytes[pos++] = (length & 127) | 128;
    bytes[pos++] = length > 127 ? length >>> 7 : length;
    bytes.set(labels, pos);
    pos += labels.length;
    bytes[pos++] = 0x12;
    bytes[pos++] = sampleBytes;
    if (sample.value !== 0) {
      bytes[pos] = 0x09;
      bytes.writeDoubleLE(sample.value, pos + 1);
      pos += 9;
    }
    bytes[pos++] = 0x10;
    let rest = sample.at;
    for (; rest > 127; rest = Math.floor(rest / 128)) bytes[pos++] = (rest % 128) | 128;
    bytes[pos] = rest;
    return bytes;
  }
}

/** Makes the requests of a load as OTLP metrics, one resource an agent. */
export function otlpRequest(load: FleetLoad, request: number, given: { round: number; at: number }): Uint8Array {
  const [from, to] = agentsOf(load, request);
  const writer = new WireWriter(2 ** 19);
  for (let agent = from; agent < to; agent++)
    writer.messageField(1, (resource) => writeAgent(resource, load, { ...given, agent }));
  return writer.finish();
}

function writeAgent(writer: WireWriter, load: FleetLoad, given: { agent: number; round: number; at: number }): void {
  const { agent, round, at } = given;
  const pool = pools[agent % pools.length]!;
  writer.messageField(1, (resource) => {
    attribute(resource, 1, 'service.name', pool);
    attribute(resource, 1, 'service.namespace', 'research');
    attribute(resource, 1, 'service.instance.id', `${pool}-${load.run}-${agent}`);
    attribute(resource, 1, 'service.version', '1.4.2');
    attribute(resource, 1, 'cloud.region', regions[agent % regions.length]!);
  });
  writer.messageField(2, (scope) => {
    scope.messageField(1, (inner) => inner.stringField(1, '@research/agent'));
    for (let kind = 0; kind < kinds.length; kind++) {
      scope.messageField(2, (metric) => {
        metric.stringField(1, kinds[kind]!.name.replace(/_(total|bytes|seconds)$/, '').replaceAll('_', '.'));
        metric.stringField(3, kind === 2 ? 'By' : kind === 3 ? 's' : '');
        metric.messageField(kind === 0 ? 7 : 5, (data) => {
          for (let series = kind; series < load.seriesPerAgent; series += kinds.length)
            data.messageField(1, (point) => {
              point.fixed64Field(3, BigInt(at) * 1_000_000n);
              point.doubleField(4, seriesValue(agent, series, round));
              attribute(point, 7, kinds[kind]!.label, `${kinds[kind]!.label}-${Math.floor(series / kinds.length)}`);
            });
          if (kind === 0) {
            data.varintField(2, 2);
            data.varintField(3, 1);
          }
        });
      });
    }
  });
}

function attribute(writer: WireWriter, field: number, key: string, value: string): void {
  writer.messageField(field, (pair) => {
    pair.stringField(1, key);
    pair.messageField(2, (inner) => inner.stringField(1, value));
  });
}

/** Two numbers to 32 random-looking bits. */
function mix(a: number, b: number): number {
  let h = Math.imul(a + 1, 0x9e3779b1) ^ Math.imul(b + 1, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
