import type { Span } from '@jaegis/model';

/** How long a span took, in seconds. A duration that makes no sense (negative, not a number) counts as none. */
export function secondsOf(span: Span): number {
  return Number.isFinite(span.durationMs) && span.durationMs > 0 ? span.durationMs / 1_000 : 0;
}
