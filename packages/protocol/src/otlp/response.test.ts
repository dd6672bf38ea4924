// The official client code reads our answers.
import {
  JsonMetricsSerializer,
  ProtobufLogsSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
} from '@opentelemetry/otlp-transformer';
import { describe, expect, test } from 'vitest';
import { encodeExportResponse, encodeStatus } from './response.ts';

const partial = { rejected: 3, message: '3 too_old' };

describe('encodeExportResponse', () => {
  test('a partial success in protobuf', () => {
    const metrics = ProtobufMetricsSerializer.deserializeResponse(encodeExportResponse('metrics', 'protobuf', partial));
    const traces = ProtobufTraceSerializer.deserializeResponse(encodeExportResponse('traces', 'protobuf', partial));
    const logs = ProtobufLogsSerializer.deserializeResponse(encodeExportResponse('logs', 'protobuf', partial));
    expect(metrics.partialSuccess?.errorMessage).toBe('3 too_old');
    expect(Number(metrics.partialSuccess?.rejectedDataPoints)).toBe(3);
    expect(Number(traces.partialSuccess?.rejectedSpans)).toBe(3);
    expect(Number(logs.partialSuccess?.rejectedLogRecords)).toBe(3);
  });

  test('a partial success in JSON', () => {
    expect(JsonMetricsSerializer.deserializeResponse(encodeExportResponse('metrics', 'json', partial))).toEqual({
      partialSuccess: { rejectedDataPoints: '3', errorMessage: '3 too_old' },
    });
  });

  test('a full success is empty', () => {
    expect(encodeExportResponse('metrics', 'protobuf', undefined).length).toBe(0);
    expect(new TextDecoder().decode(encodeExportResponse('logs', 'json', undefined))).toBe('{}');
  });
});

test('a status with its retry delay', () => {
  const status = { code: 8, message: 'busy', retryAfterMs: 1_500 };
  expect(JSON.parse(new TextDecoder().decode(encodeStatus('json', status)))).toEqual({
    code: 8,
    message: 'busy',
    details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '1.5s' }],
  });
  // code 8, message "busy", details: Any { type_url, value: RetryInfo { Duration { 1 s, 500,000,000 ns } } }
  const hex = Buffer.from(encodeStatus('protobuf', status)).toString('hex');
  expect(hex).toMatch(/^08081204627573791a.*120a0a0808011080cab5ee01$/);
});
