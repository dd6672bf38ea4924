import type { LinkKind, Span } from '@jaegis/model';

/** What a span says of the other side, by the OpenTelemetry conventions (today's names first, then the older ones). */
export interface SpanPeer {
  readonly kind: LinkKind;
  /** `peer.service`, or empty. */
  readonly service: string;
  /** `server.address:server.port`, or empty. */
  readonly address: string;
  /** Queue, topic or exchange; empty when this is no messaging. */
  readonly destination: string;
  /** A name for a peer that sends no telemetry of its own; empty when nothing names it. */
  readonly name: string;
}

const nameLimit = 200;

export function peerOf(span: Span): SpanPeer {
  const service = text(span, 'peer.service');
  const host = text(span, 'server.address') || text(span, 'net.peer.name');
  const port = text(span, 'server.port') || text(span, 'net.peer.port');
  const address = host === '' ? '' : port === '' ? host : `${host}:${port}`;
  const messaging = text(span, 'messaging.system');
  const destination = text(span, 'messaging.destination.name') || text(span, 'messaging.destination');
  const database = text(span, 'db.system.name') || text(span, 'db.system');
  const model = text(span, 'gen_ai.provider.name') || text(span, 'gen_ai.system');
  const isDatabase = database !== '';
  const kind = kindOf(span, { isDatabase, isMessaging: messaging !== '' || destination !== '' });
  const databaseName = isDatabase ? (address === '' ? database : `${database} ${address}`) : '';
  const name = service || databaseName || destination || address || model;
  return { kind, service, address, destination, name: name.slice(0, nameLimit) };
}

function kindOf(span: Span, o: { isDatabase: boolean; isMessaging: boolean }): LinkKind {
  if (o.isDatabase) return 'database';
  if (o.isMessaging || span.kind === 'producer' || span.kind === 'consumer') return 'messaging';
  if (span.attributes['rpc.system'] !== undefined || span.attributes['rpc.system.name'] !== undefined) return 'grpc';
  return span.kind === 'internal' ? 'internal' : 'http';
}

function text(span: Span, name: string): string {
  const value = span.attributes[name];
  return value === undefined ? '' : String(value).slice(0, nameLimit);
}
