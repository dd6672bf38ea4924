import { WireWriter } from '@jaegis/protocol';

/** What a fleet sends in one request, as a collector would batch it. */
export interface BatchShape {
  /** Agents in a request. */
  readonly agents: number;
  /** Points of each agent: half gauges, four in ten counters, one in ten histograms of ten buckets. */
  readonly pointsPerAgent: number;
}

/** 40 agents of 50 points: 2,000 points a request. */
export const usualShape: BatchShape = { agents: 40, pointsPerAgent: 50 };

const routes = ['/search', '/read', '/write', '/plan', '/healthz'];
const bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

/** One ExportMetricsServiceRequest. `group` names the agents, so that requests of other groups are of other series. */
export function metricsRequest(shape: BatchShape, group: number, at: number): Uint8Array {
  const writer = new WireWriter(1 << 19);
  for (let agent = 0; agent < shape.agents; agent++) {
    writer.messageField(1, (resourceMetrics) => {
      resourceMetrics.messageField(1, (resource) => {
        attribute(resource, 1, 'service.name', 'reader');
        attribute(resource, 1, 'service.namespace', 'research');
        attribute(resource, 1, 'service.instance.id', `reader-${group}-${agent}-5f6c7d8e9f`);
        attribute(resource, 1, 'service.version', '1.4.2');
        attribute(resource, 1, 'host.name', `node-${group}`);
        attribute(resource, 1, 'cloud.region', 'eu-central-1');
        attribute(resource, 1, 'telemetry.sdk.language', 'nodejs');
      });
      resourceMetrics.messageField(2, (scope) => writeScope(scope, shape.pointsPerAgent, at));
    });
  }
  return writer.finish();
}

function writeScope(scope: WireWriter, points: number, at: number): void {
  scope.messageField(1, (inner) => {
    inner.stringField(1, '@research/reader');
    inner.stringField(2, '0.9.0');
  });
  const histograms = Math.floor(points / 10);
  const sums = Math.floor((points * 4) / 10);
  const gauges = points - histograms - sums;
  for (let i = 0; i < gauges; i += 5) {
    scope.messageField(2, (metric) => {
      metric.stringField(1, `reader.queue.length.${i / 5}`);
      metric.stringField(2, 'Documents that wait.');
      metric.stringField(3, '{document}');
      metric.messageField(5, (data) => {
        for (let j = i; j < Math.min(i + 5, gauges); j++)
          data.messageField(1, (point) => {
            times(point, at);
            point.doubleField(4, (at % 1_000) + j);
            attribute(point, 7, 'queue.name', `incoming-${j}`);
            attribute(point, 7, 'queue.priority', j % 2 === 0 ? 'high' : 'low');
          });
      });
    });
  }
  for (let i = 0; i < sums; i += 5) {
    scope.messageField(2, (metric) => {
      metric.stringField(1, `http.server.requests.${i / 5}`);
      metric.stringField(2, 'Requests that were answered.');
      metric.stringField(3, '{request}');
      metric.messageField(7, (data) => {
        for (let j = i; j < Math.min(i + 5, sums); j++)
          data.messageField(1, (point) => {
            times(point, at);
            point.fixed64Field(6, BigInt(Math.floor(at / 1_000) + j));
            attribute(point, 7, 'http.request.method', 'GET');
            attribute(point, 7, 'http.route', routes[j % routes.length]!);
            attribute(point, 7, 'http.response.status_code', '200');
          });
        data.varintField(2, 2);
        data.varintField(3, 1);
      });
    });
  }
  scope.messageField(2, (metric) => {
    metric.stringField(1, 'http.server.request.duration');
    metric.stringField(3, 's');
    metric.messageField(9, (data) => {
      for (let j = 0; j < histograms; j++)
        data.messageField(1, (point) => {
          times(point, at);
          const count = Math.floor(at / 1_000) + j;
          point.fixed64Field(4, BigInt(count));
          point.doubleField(5, count * 0.08);
          point.packedFixed64(
            6,
            [...bounds, 0].map((_, k) => Math.floor(count / 10) + k),
          );
          point.packedDoubles(7, bounds);
          attribute(point, 9, 'http.request.method', 'GET');
          attribute(point, 9, 'http.route', routes[j % routes.length]!);
        });
      data.varintField(2, 2);
    });
  });
}

function times(point: WireWriter, at: number): void {
  point.fixed64Field(2, BigInt(at - 3_600_000) * 1_000_000n);
  point.fixed64Field(3, BigInt(at) * 1_000_000n);
}

function attribute(writer: WireWriter, field: number, key: string, value: string): void {
  writer.messageField(field, (pair) => {
    pair.stringField(1, key);
    pair.messageField(2, (inner) => inner.stringField(1, value));
  });
}
