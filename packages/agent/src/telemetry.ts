import {
  type Context,
  context,
  createNoopMeter,
  metrics,
  propagation,
  type TextMapGetter,
  trace,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  defaultResource,
  detectResources,
  envDetector,
  type Resource,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { Host } from './host.ts';
import { type Settings, shortName } from './options.ts';

export interface Telemetry {
  /** Which of the two the SDK set up; the other was there before, or was not wanted. */
  readonly owns: { readonly traces: boolean; readonly metrics: boolean };
  /** Sends what is waiting and shuts down what the SDK set up. Never rejects. */
  stop(): Promise<void>;
}

const exportTimeoutMs = 5_000;
const metricsEveryMs = 10_000;

/**
 * Uses the OpenTelemetry providers that the host has registered. Only for what it has none of are our own registered,
 * exporting to JAEGIS, bounded: at most 2,048 spans wait, more are dropped.
 */
export function startTelemetry(settings: Settings, host: Host): Telemetry {
  const owns = {
    traces: settings.telemetry && !hasTracerProvider(),
    metrics: settings.telemetry && !hasMeterProvider(),
  };
  const stops: (() => Promise<unknown>)[] = [];
  const resource = owns.traces || owns.metrics ? resourceOf(settings) : undefined;
  if (owns.traces) {
    const exporter = new OTLPTraceExporter(exporterOptions('traces', settings, host));
    const processor = new BatchSpanProcessor(exporter, {
      maxQueueSize: 2_048,
      maxExportBatchSize: 512,
      scheduledDelayMillis: 1_000,
      exportTimeoutMillis: exportTimeoutMs,
    });
    const provider = new BasicTracerProvider({ resource: resource!, spanProcessors: [processor] });
    trace.setGlobalTracerProvider(provider);
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    propagation.setGlobalPropagator(
      new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
    );
    stops.push(() => provider.shutdown());
  }
  if (owns.metrics) {
    const exporter = new OTLPMetricExporter(exporterOptions('metrics', settings, host));
    const options = { exporter, exportIntervalMillis: metricsEveryMs, exportTimeoutMillis: exportTimeoutMs };
    const provider = new MeterProvider({ resource: resource!, readers: [new PeriodicExportingMetricReader(options)] });
    metrics.setGlobalMeterProvider(provider);
    stops.push(() => provider.shutdown());
  }
  return {
    owns,
    async stop() {
      await Promise.allSettled(stops.splice(0).map((stop) => stop()));
    },
  };
}

/** The global provider is a proxy that gives tracers of its own only once somebody registered a real one behind it. */
function hasTracerProvider(): boolean {
  const provider = trace.getTracerProvider() as { getDelegateTracer?: (name: string) => unknown };
  return provider.getDelegateTracer === undefined || provider.getDelegateTracer('@jaegis/agent') !== undefined;
}

function hasMeterProvider(): boolean {
  return metrics.getMeterProvider().getMeter('@jaegis/agent') !== createNoopMeter();
}

function resourceOf(settings: Settings): Resource {
  const slash = settings.pool.lastIndexOf('/');
  return defaultResource()
    .merge(detectResources({ detectors: [envDetector] }))
    .merge(
      resourceFromAttributes({
        ...settings.labels,
        'service.name': shortName(settings.pool),
        ...(slash > 0 ? { 'service.namespace': settings.pool.slice(0, slash) } : {}),
        ...(settings.version === '' ? {} : { 'service.version': settings.version }),
        'service.instance.id': settings.instanceId,
        'jaegis.pool': settings.pool,
      }),
    );
}

/** OpenTelemetry's own environment variables win over JAEGIS_URL. The token goes to JAEGIS's host only. */
function exporterOptions(signal: 'traces' | 'metrics', settings: Settings, host: Host) {
  const specific = host.env[`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_ENDPOINT`];
  const general = host.env['OTEL_EXPORTER_OTLP_ENDPOINT'] || settings.url;
  const url = specific || `${general.replace(/\/+$/, '')}/v1/${signal}`;
  const isOurs = hostOf(url) === hostOf(settings.url);
  const headers = settings.token !== undefined && isOurs ? { authorization: `Bearer ${settings.token}` } : undefined;
  return { url, timeoutMillis: exportTimeoutMs, concurrencyLimit: 2, ...(headers === undefined ? {} : { headers }) };
}

function hostOf(url: string): string {
  try {
    return new URL(url).hostname;
  } catch {
    return '';
  }
}

// --- context over HTTP

const w3c = new W3CTraceContextPropagator();

const headerGetter: TextMapGetter<HeadersLike> = {
  keys: (headers) => (isFetchHeaders(headers) ? [...headers.keys()] : Object.keys(headers)),
  get: (headers, key) => {
    if (isFetchHeaders(headers)) return headers.get(key) ?? undefined;
    const value = headers[key.toLowerCase()] ?? headers[key];
    return Array.isArray(value) ? [...value] : (value as string | undefined);
  },
};

/** What node:http gives (`request.headers`), or a fetch `Headers`. */
export type HeadersLike = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

/** The context a caller sent along. The host's propagator reads it; without one, W3C trace context is understood. */
export function contextFrom(headers: HeadersLike): Context {
  const before = context.active();
  const extracted = propagation.extract(before, headers, headerGetter);
  return trace.getSpanContext(extracted) === trace.getSpanContext(before)
    ? w3c.extract(before, headers, headerGetter)
    : extracted;
}

/** Adds the headers that carry the active context. */
export function carryContext(headers: Record<string, string>): void {
  const setter = { set: (carrier: Record<string, string>, key: string, value: string) => void (carrier[key] = value) };
  propagation.inject(context.active(), headers, setter);
  if (headers['traceparent'] === undefined) w3c.inject(context.active(), headers, setter);
}

function isFetchHeaders(headers: HeadersLike): headers is Headers {
  return typeof (headers as Headers).get === 'function';
}
