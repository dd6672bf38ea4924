/**
 * The telemetry of a made fleet, the same bytes for whoever is measured: agents in pools, each with the same series of
 * six kinds (counters, gauges of three decimals, bytes, latencies of six decimals, small queues, constants). Values
 * follow from agent, series and round alone, so that a load can be made again without keeping it.
 */
import { packSnappy, WireWriter } from '@jaegis/protocol';

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

export type LoadProtocol = 'otlp' | 'remote-write';

/** Stands for each value until a request is stamped. */
export const placeholder = 123_456.789_012_3;

/**
 * The requests of a load. Each is made once; sending it again in another round changes only its values and times, in
 * place, so that the sender costs little beside who is measured.
 */
export class LoadRequests {
  readonly #load: FleetLoad;
  readonly #protocol: LoadProtocol;
  readonly #agentsEach: number;
  readonly #templates: (Template | undefined)[];

  constructor(load: FleetLoad, protocol: LoadProtocol) {
    this.#load = load;
    this.#protocol = protocol;
    this.#agentsEach = Math.max(1, Math.round(load.samplesPerRequest / load.seriesPerAgent));
    this.#templates = new Array(Math.ceil(load.agents / this.#agentsEach)).fill(undefined);
  }

  /** Requests in a round. */
  get count(): number {
    return this.#templates.length;
  }

  /** Samples in a request. */
  samplesIn(request: number): number {
    const [from, to] = this.#agentsOf(request);
    return (to - from) * this.#load.seriesPerAgent;
  }

  /** One request's body: remote write packed by snappy, OTLP as it is. `at` is in epoch milliseconds. */
  body(request: number, round: number, at: number): Uint8Array {
    this.#templates[request] ??= this.#template(request);
    const template = this.#templates[request]!;
    const [from, to] = this.#agentsOf(request);
    let next = 0;
    for (let agent = from; agent < to; agent++) {
      for (const series of template.order) {
        const pos = template.valueAt[next++]!;
        template.bytes.writeDoubleLE(seriesValue(agent, series, round), pos);
        if (this.#protocol === 'otlp') template.bytes.writeBigUInt64LE(BigInt(at) * 1_000_000n, pos - 9);
        else writeTime(template.bytes, pos + 8, at);
      }
    }
    return this.#protocol === 'otlp' ? Uint8Array.from(template.bytes) : packSnappy(template.bytes);
  }

  #agentsOf(request: number): [number, number] {
    return [request * this.#agentsEach, Math.min((request + 1) * this.#agentsEach, this.#load.agents)];
  }

  #template(request: number): Template {
    const [from, to] = this.#agentsOf(request);
    const writer = new WireWriter(2 ** 16);
    for (let agent = from; agent < to; agent++) {
      if (this.#protocol === 'otlp') writer.messageField(1, (resource) => writeAgent(resource, this.#load, agent));
      else
        for (let series = 0; series < this.#load.seriesPerAgent; series++)
          writer.messageField(1, (timeSeries) => writeSeries(timeSeries, seriesLabels(this.#load, agent, series)));
    }
    const bytes = Buffer.from(writer.finish());
    const valueAt = Uint32Array.from(placesToStamp(bytes));
    const order = Array.from({ length: this.#load.seriesPerAgent }, (_, series) => series);
    // OTLP groups the series of an agent by metric.
    if (this.#protocol === 'otlp') order.sort((a, b) => (a % kinds.length) - (b % kinds.length) || a - b);
    return { bytes, valueAt, order };
  }
}

interface Template {
  readonly bytes: Buffer;
  /** Where each value is; its time stands beside it. */
  readonly valueAt: Uint32Array;
  /** The series of an agent in the order of the request. */
  readonly order: readonly number[];
}

/** Where the placeholders of a request are. */
export function placesToStamp(bytes: Buffer): number[] {
  const wanted = Buffer.alloc(8);
  wanted.writeDoubleLE(placeholder);
  const places: number[] = [];
  for (let pos = bytes.indexOf(wanted); pos >= 0; pos = bytes.indexOf(wanted, pos + 8)) places.push(pos);
  return places;
}

/** A time of today is six bytes as a varint, so it can be written over another: behind the tag at `pos`. */
export function writeTime(bytes: Buffer, pos: number, at: number): void {
  let rest = at;
  for (let i = 1; i <= 6; i++) {
    bytes[pos + i] = (rest % 128) | (i < 6 ? 128 : 0);
    rest = Math.floor(rest / 128);
  }
}

function writeSeries(writer: WireWriter, labels: readonly (readonly [string, string])[]): void {
  for (const [name, value] of labels)
    writer.messageField(1, (label) => {
      label.stringField(1, name);
      label.stringField(2, value);
    });
  writer.messageField(2, (sample) => {
    sample.doubleField(1, placeholder);
    sample.varintField(2, 1_700_000_000_000);
  });
}

function writeAgent(writer: WireWriter, load: FleetLoad, agent: number): void {
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
              point.fixed64Field(3, 0n);
              point.doubleField(4, placeholder);
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
