/**
 * Who called whom, from single spans. A span waits for its parent and a call for its answer, because exporters send in
 * batches and both orders happen; what stays unanswered is then attributed to what is known of the peer.
 *
 *   client + server            a call; measured by the caller, who feels the network too
 *   internal/server + server   a call whose caller's client is not instrumented; measured by the callee
 *   client alone               after `pairMs`: the pool known at that address, or a virtual peer; a database at once
 *   client inside a client     the outer one only wraps (an SDK over HTTP) and is no call of its own
 *   server, parent unseen      after `orphanMs`: a call from `outside` (long-running callers end, and are sent, late)
 *   server without a parent    a call from `outside`, at once: somebody asked who is not traced
 *   producer + consumer        by parent or span link; else by the destination's only known producer; else the
 *                              destination itself stands between them as a virtual node
 *
 * Bad at: sampled traces (links are seen, rates are too low), and callers that end more than `orphanMs` after the callee.
 */
import type { LinkKind, Span } from '@jaegis/model';
import { errorClassOf } from './error-class.ts';
import { type Endpoint, KnownPeers } from './known-peers.ts';
import { peerOf, type SpanPeer } from './span-peer.ts';
import { secondsOf } from './span-seconds.ts';

export interface Call {
  readonly source: Endpoint;
  readonly target: Endpoint;
  readonly kind: LinkKind;
  readonly seconds: number;
  readonly isError: boolean;
}

export interface PairingOptions {
  readonly pairMs: number;
  readonly orphanMs: number;
  readonly maxPendingSpans: number;
  readonly maxPendingPerTrace: number;
  readonly maxAddresses: number;
  readonly maxDestinations: number;
}

interface SeenSpan {
  readonly span: Span;
  readonly peer: SpanPeer;
  readonly isError: boolean;
  readonly at: number;
  /** A call that was answered, or wraps one that is counted itself; a callee whose caller was found. */
  isSettled: boolean;
}

const outside: Endpoint = { name: 'outside', instanceId: null, isVirtual: true };

export class SpanPairing {
  readonly #o: PairingOptions;
  readonly #emit: (call: Call, now: number) => void;
  readonly peers: KnownPeers;
  readonly #seen = new Map<string, SeenSpan>();
  readonly #waiting = new Map<string, SeenSpan[]>();
  readonly #perTrace = new Map<string, number>();
  #young = new Expiry();
  #orphans = new Expiry();
  #latest = Number.NEGATIVE_INFINITY;
  readonly refused = { pendingSpans: 0, spansOfOneTrace: 0, duplicates: 0, unnamedPeers: 0 };

  constructor(options: PairingOptions, emit: (call: Call, now: number) => void) {
    this.#o = options;
    this.#emit = emit;
    this.peers = new KnownPeers({ addressLimit: options.maxAddresses, destinationLimit: options.maxDestinations });
  }

  get pending(): number {
    return this.#young.length + this.#orphans.length;
  }

  observe(span: Span, now: number): void {
    this.expire(now);
    const twin = this.#seen.get(span.spanId);
    if (twin !== undefined && twin.span.traceId === span.traceId) {
      this.refused.duplicates++;
      return;
    }
    const seen: SeenSpan = {
      span,
      peer: peerOf(span),
      isError: errorClassOf(span) !== null,
      at: now,
      isSettled: false,
    };
    this.#adopt(seen, now);
    const parent = this.#parentOf(span);
    if (parent !== undefined) this.#connect(seen, parent, now);
    else if (span.kind === 'server' && span.parentSpanId === '') this.#call(seen, outside, now);
    this.#noteMessaging(seen);
    if (span.kind === 'client' && seen.peer.kind === 'database' && !seen.isSettled) this.#settleClient(seen, now);
    this.#keep(seen);
  }

  /** Gives up on what waited long enough. Called by `observe`, and by whoever reads. */
  expire(now: number): void {
    if (now < this.#latest - 1_000) this.#forgetAll();
    this.#latest = Math.max(this.#latest, now);
    for (let seen = this.#young.due(now - this.#o.pairMs); seen !== undefined; ) {
      this.#endOfYouth(seen, now);
      seen = this.#young.due(now - this.#o.pairMs);
    }
    for (let seen = this.#orphans.due(now - this.#o.orphanMs); seen !== undefined; ) {
      this.#stopWaiting(seen);
      if (!seen.isSettled) this.#call(seen, outside, now);
      seen = this.#orphans.due(now - this.#o.orphanMs);
    }
  }

  #parentOf(span: Span): SeenSpan | undefined {
    const parent = span.parentSpanId === '' ? undefined : this.#seen.get(span.parentSpanId);
    if (parent?.span.traceId === span.traceId) return parent;
    for (const link of span.links ?? []) {
      const linked = this.#seen.get(link.spanId);
      if (linked?.span.traceId === link.traceId) return linked;
    }
    return undefined;
  }

  /** Children that came before their parent. */
  #adopt(parent: SeenSpan, now: number): void {
    const children = this.#waiting.get(parent.span.spanId);
    if (children === undefined) return;
    for (const child of [...children]) {
      const { span } = child;
      const isChild = span.parentSpanId === parent.span.spanId && span.traceId === parent.span.traceId;
      const isLinked = span.links?.some((link) => link.traceId === parent.span.traceId) ?? false;
      if (!isChild && !isLinked) continue;
      this.#stopWaiting(child);
      if (!child.isSettled || span.kind === 'client') this.#connect(child, parent, now);
    }
  }

  #connect(child: SeenSpan, parent: SeenSpan, now: number): void {
    const isSameProcess = child.span.instanceId === parent.span.instanceId;
    const isCall = parent.span.kind === 'client' || parent.span.kind === 'producer';
    switch (child.span.kind) {
      case 'client':
        if (isSameProcess && parent.span.kind === 'client') parent.isSettled = true;
        return;
      case 'producer':
        return;
      case 'internal':
        // Only a child in another process tells of a call; most internal spans have their parent beside them.
        if (isSameProcess) return;
        break;
      default:
        if (isSameProcess && !isCall) {
          child.isSettled = true;
          return;
        }
    }
    child.isSettled = true;
    parent.isSettled = true;
    const source = endpointOf(parent.span);
    const target = endpointOf(child.span);
    const isMeasuredByCaller = parent.span.kind === 'client';
    const kind = child.span.kind === 'internal' && isCall ? parent.peer.kind : child.peer.kind;
    this.#emit(
      {
        source,
        target,
        kind,
        seconds: secondsOf(isMeasuredByCaller ? parent.span : child.span),
        isError: child.isError || (isMeasuredByCaller && parent.isError),
      },
      now,
    );
    if (isMeasuredByCaller && parent.peer.address !== '') this.peers.answered(parent.peer.address, target);
  }

  #noteMessaging({ span, peer }: SeenSpan): void {
    if (peer.destination === '') return;
    if (span.kind === 'producer') this.peers.produced(peer.destination, endpointOf(span));
    else if (span.kind === 'consumer') this.peers.consumed(peer.destination, endpointOf(span));
  }

  #endOfYouth(seen: SeenSpan, now: number): void {
    const { span } = seen;
    // Another trace may have used the same span id since.
    if (this.#seen.get(span.spanId) === seen) this.#seen.delete(span.spanId);
    const left = this.#perTrace.get(span.traceId)! - 1;
    if (left > 0) this.#perTrace.set(span.traceId, left);
    else this.#perTrace.delete(span.traceId);
    const isUnsettledServer = span.kind === 'server' && !seen.isSettled;
    if (isUnsettledServer && this.#waiting.has(span.parentSpanId)) {
      this.#orphans.push(seen);
      return;
    }
    this.#stopWaiting(seen);
    if (seen.isSettled) return;
    if (span.kind === 'client') this.#settleClient(seen, now);
    else if (span.kind === 'producer') this.#settleProducer(seen, now);
    else if (span.kind === 'consumer') this.#settleConsumer(seen, now);
    else if (span.kind === 'server') this.#call(seen, outside, now);
  }

  #settleClient(seen: SeenSpan, now: number): void {
    seen.isSettled = true;
    const { service, address, name, kind } = seen.peer;
    const known = service === '' ? (address === '' ? undefined : this.peers.at(address)) : undefined;
    const target = known ?? (name === '' ? undefined : this.peers.named(name));
    if (target === undefined) {
      this.refused.unnamedPeers++;
      return;
    }
    const { span, isError } = seen;
    this.#emit({ source: endpointOf(span), target, kind, seconds: secondsOf(span), isError }, now);
  }

  /** Nobody was seen to take this message. Where consumers are known, they count what they take. */
  #settleProducer(seen: SeenSpan, now: number): void {
    const { destination, kind } = seen.peer;
    if (destination === '') {
      this.refused.unnamedPeers++;
      return;
    }
    if (this.peers.consumerCount(destination) > 0 && this.peers.producerCount(destination) === 1) return;
    const { span, isError } = seen;
    const target = this.peers.named(destination);
    this.#emit({ source: endpointOf(span), target, kind, seconds: secondsOf(span), isError }, now);
  }

  #settleConsumer(seen: SeenSpan, now: number): void {
    const { destination } = seen.peer;
    // A "receive" only fetches; the "process" that follows it is the work.
    const operation = seen.span.attributes['messaging.operation.type'] ?? seen.span.attributes['messaging.operation'];
    if (destination === '' || operation === 'receive') return;
    this.#call(seen, this.peers.onlyProducer(destination) ?? this.peers.named(destination), now);
  }

  #call(seen: SeenSpan, source: Endpoint, now: number): void {
    const { span, peer, isError } = seen;
    seen.isSettled = true;
    this.#emit({ source, target: endpointOf(span), kind: peer.kind, seconds: secondsOf(span), isError }, now);
  }

  #keep(seen: SeenSpan): void {
    const { span } = seen;
    const ofTrace = this.#perTrace.get(span.traceId) ?? 0;
    if (this.pending >= this.#o.maxPendingSpans) {
      this.refused.pendingSpans++;
      return;
    }
    if (ofTrace >= this.#o.maxPendingPerTrace) {
      this.refused.spansOfOneTrace++;
      return;
    }
    this.#perTrace.set(span.traceId, ofTrace + 1);
    this.#seen.set(span.spanId, seen);
    this.#young.push(seen);
    // A client waits even when it was answered: its parent may turn out to be a wrapper around it.
    if (span.kind === 'producer' || (seen.isSettled && span.kind !== 'client')) return;
    if (span.parentSpanId !== '' && !this.#seen.has(span.parentSpanId)) this.#wait(span.parentSpanId, seen);
    for (const link of span.links?.slice(0, 8) ?? []) if (!this.#seen.has(link.spanId)) this.#wait(link.spanId, seen);
  }

  #wait(forSpanId: string, seen: SeenSpan): void {
    const others = this.#waiting.get(forSpanId);
    if (others === undefined) this.#waiting.set(forSpanId, [seen]);
    else others.push(seen);
  }

  #stopWaiting(seen: SeenSpan): void {
    const { span } = seen;
    this.#stopWaitingFor(span.parentSpanId, seen);
    for (const link of span.links?.slice(0, 8) ?? []) this.#stopWaitingFor(link.spanId, seen);
  }

  #stopWaitingFor(spanId: string, seen: SeenSpan): void {
    const others = this.#waiting.get(spanId);
    if (others === undefined) return;
    const place = others.indexOf(seen);
    if (place === -1) return;
    others.splice(place, 1);
    if (others.length === 0) this.#waiting.delete(spanId);
  }

  /** A clock that was set back: what waited would wait for an hour, so it is let go. */
  #forgetAll(): void {
    this.#seen.clear();
    this.#waiting.clear();
    this.#perTrace.clear();
    this.#young = new Expiry();
    this.#orphans = new Expiry();
    this.#latest = Number.NEGATIVE_INFINITY;
  }
}

/** Spans in the order in which they came. */
class Expiry {
  #items: SeenSpan[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  push(seen: SeenSpan): void {
    this.#items.push(seen);
  }

  /** Takes the next one that came at or before `at`. */
  due(at: number): SeenSpan | undefined {
    const next = this.#items[this.#head];
    if (next === undefined || next.at > at) return undefined;
    this.#head++;
    if (this.#head > 1_024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return next;
  }
}

function endpointOf(span: Span): Endpoint {
  return { name: span.pool, instanceId: span.instanceId, isVirtual: false };
}
