import type { Span } from '@jaegis/model';

/**
 * A word for what went wrong, or `null` when nothing did: what the sender named (`error.type`), else the HTTP or gRPC
 * status, else the exception. A server that answers 5xx failed, even when its span does not say so.
 */
export function errorClassOf(span: Span): string | null {
  const { attributes } = span;
  const status = Number(attributes['http.response.status_code'] ?? attributes['http.status_code'] ?? Number.NaN);
  if (!span.isError && !(status >= 500)) return null;
  const named = span.errorClass || attributes['error.type'];
  if (named !== undefined && named !== '' && named !== '_OTHER') return String(named).slice(0, 100);
  if (status >= 400) return `http_${status}`;
  const grpc = attributes['rpc.grpc.status_code'];
  if (grpc !== undefined && Number(grpc) !== 0) return `grpc_${grpc}`;
  const exception = attributes['exception.type'];
  return exception === undefined || exception === '' ? 'error' : String(exception).slice(0, 100);
}
