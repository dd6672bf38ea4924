/**
 * OTLP's messages as far as JAEGIS reads them: JSON name → field number and type, in field order. Fields that are not
 * here are passed over, as the specification asks of receivers.
 */
export type FieldType =
  | 'string'
  | 'bytes'
  /** An id: hex in OTLP's JSON, base64 in plain protobuf JSON; both are read. */
  | 'id'
  | 'bool'
  | 'double'
  | 'int'
  | 'zigzag'
  | 'fixed64'
  | 'sfixed64'
  | 'fixed32'
  | { readonly names: Readonly<Record<string, number>> }
  | { readonly message: () => MessageSchema };

export interface FieldSchema {
  readonly name: string;
  readonly number: number;
  readonly type: FieldType;
  readonly isRepeated: boolean;
}

export type MessageSchema = readonly FieldSchema[];

function one(number: number, name: string, type: FieldType): FieldSchema {
  return { name, number, type, isRepeated: false };
}

function many(number: number, name: string, type: FieldType): FieldSchema {
  return { name, number, type, isRepeated: true };
}

const anyValue: MessageSchema = [
  one(1, 'stringValue', 'string'),
  one(2, 'boolValue', 'bool'),
  one(3, 'intValue', 'int'),
  one(4, 'doubleValue', 'double'),
  one(5, 'arrayValue', { message: () => arrayValue }),
  one(6, 'kvlistValue', { message: () => keyValueList }),
  one(7, 'bytesValue', 'bytes'),
];
const arrayValue: MessageSchema = [many(1, 'values', { message: () => anyValue })];
const keyValue: MessageSchema = [one(1, 'key', 'string'), one(2, 'value', { message: () => anyValue })];
const keyValueList: MessageSchema = [many(1, 'values', { message: () => keyValue })];
const attributes = (number: number) => many(number, 'attributes', { message: () => keyValue });
const resource = one(1, 'resource', { message: () => [attributes(1)] });
const scope = one(1, 'scope', {
  message: () => [one(1, 'name', 'string'), one(2, 'version', 'string'), attributes(3)],
});

const temporality = one(2, 'aggregationTemporality', {
  names: {
    AGGREGATION_TEMPORALITY_UNSPECIFIED: 0,
    AGGREGATION_TEMPORALITY_DELTA: 1,
    AGGREGATION_TEMPORALITY_CUMULATIVE: 2,
  },
});
const startAndTime = [one(2, 'startTimeUnixNano', 'fixed64'), one(3, 'timeUnixNano', 'fixed64')];
const exemplars = (number: number) => many(number, 'exemplars', { message: () => exemplar });
const exemplar: MessageSchema = [
  one(2, 'timeUnixNano', 'fixed64'),
  one(3, 'asDouble', 'double'),
  one(4, 'spanId', 'id'),
  one(5, 'traceId', 'id'),
  one(6, 'asInt', 'sfixed64'),
  many(7, 'filteredAttributes', { message: () => keyValue }),
];
const numberPoint: MessageSchema = [
  ...startAndTime,
  one(4, 'asDouble', 'double'),
  exemplars(5),
  one(6, 'asInt', 'sfixed64'),
  attributes(7),
  one(8, 'flags', 'int'),
];
const histogramPoint: MessageSchema = [
  ...startAndTime,
  one(4, 'count', 'fixed64'),
  one(5, 'sum', 'double'),
  many(6, 'bucketCounts', 'fixed64'),
  many(7, 'explicitBounds', 'double'),
  exemplars(8),
  attributes(9),
  one(10, 'flags', 'int'),
];
const buckets: MessageSchema = [one(1, 'offset', 'zigzag'), many(2, 'bucketCounts', 'int')];
const exponentialPoint: MessageSchema = [
  attributes(1),
  ...startAndTime,
  one(4, 'count', 'fixed64'),
  one(5, 'sum', 'double'),
  one(6, 'scale', 'zigzag'),
  one(7, 'zeroCount', 'fixed64'),
  one(8, 'positive', { message: () => buckets }),
  one(9, 'negative', { message: () => buckets }),
  one(10, 'flags', 'int'),
  exemplars(11),
  one(14, 'zeroThreshold', 'double'),
];
const summaryPoint: MessageSchema = [
  ...startAndTime,
  one(4, 'count', 'fixed64'),
  one(5, 'sum', 'double'),
  many(6, 'quantileValues', { message: () => [one(1, 'quantile', 'double'), one(2, 'value', 'double')] }),
  attributes(7),
  one(8, 'flags', 'int'),
];
const points = (schema: MessageSchema) => many(1, 'dataPoints', { message: () => schema });
const metric: MessageSchema = [
  one(1, 'name', 'string'),
  one(2, 'description', 'string'),
  one(3, 'unit', 'string'),
  one(5, 'gauge', { message: () => [points(numberPoint)] }),
  one(7, 'sum', { message: () => [points(numberPoint), temporality, one(3, 'isMonotonic', 'bool')] }),
  one(9, 'histogram', { message: () => [points(histogramPoint), temporality] }),
  one(10, 'exponentialHistogram', { message: () => [points(exponentialPoint), temporality] }),
  one(11, 'summary', { message: () => [points(summaryPoint)] }),
];

const spanKinds = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'];
const spanEvent: MessageSchema = [one(1, 'timeUnixNano', 'fixed64'), one(2, 'name', 'string'), attributes(3)];
const span: MessageSchema = [
  one(1, 'traceId', 'id'),
  one(2, 'spanId', 'id'),
  one(4, 'parentSpanId', 'id'),
  one(5, 'name', 'string'),
  one(6, 'kind', { names: Object.fromEntries(spanKinds.map((name, i) => [`SPAN_KIND_${name}`, i])) }),
  one(7, 'startTimeUnixNano', 'fixed64'),
  one(8, 'endTimeUnixNano', 'fixed64'),
  attributes(9),
  many(11, 'events', { message: () => spanEvent }),
  many(13, 'links', { message: () => [one(1, 'traceId', 'id'), one(2, 'spanId', 'id')] }),
  one(15, 'status', {
    message: () => [
      one(2, 'message', 'string'),
      one(3, 'code', { names: { STATUS_CODE_UNSET: 0, STATUS_CODE_OK: 1, STATUS_CODE_ERROR: 2 } }),
    ],
  }),
];

const severityNames = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'].flatMap((name) => [
  name,
  `${name}2`,
  `${name}3`,
  `${name}4`,
]);
const severityNumbers = Object.fromEntries(
  ['UNSPECIFIED', ...severityNames].map((name, i) => [`SEVERITY_NUMBER_${name}`, i]),
);
const logRecord: MessageSchema = [
  one(1, 'timeUnixNano', 'fixed64'),
  one(2, 'severityNumber', { names: severityNumbers }),
  one(3, 'severityText', 'string'),
  one(5, 'body', { message: () => anyValue }),
  attributes(6),
  one(8, 'flags', 'fixed32'),
  one(9, 'traceId', 'id'),
  one(10, 'spanId', 'id'),
  one(11, 'observedTimeUnixNano', 'fixed64'),
];

function request(
  names: readonly [resources: string, scopes: string, items: string],
  item: MessageSchema,
): MessageSchema {
  const [resources, scopes, items] = names;
  const scopeGroup: MessageSchema = [scope, many(2, items, { message: () => item })];
  return [many(1, resources, { message: () => [resource, many(2, scopes, { message: () => scopeGroup })] })];
}

/** The three export requests. */
export const requestSchemas = {
  metrics: request(['resourceMetrics', 'scopeMetrics', 'metrics'], metric),
  traces: request(['resourceSpans', 'scopeSpans', 'spans'], span),
  logs: request(['resourceLogs', 'scopeLogs', 'logRecords'], logRecord),
} as const;
