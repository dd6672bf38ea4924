import { timingSafeEqual } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';

/**
 * Who may ask. On loopback there is no token, so the danger is a web page in the same browser: a request whose Host is
 * not ours (DNS rebinding) or whose Origin is another site is refused. Beyond loopback every request needs the token.
 */
export interface GuardOptions {
  /** Address we listen on. */
  readonly listen: string;
  /** Asked for when set. */
  readonly token: string | undefined;
}

export interface GuardedRequest {
  readonly method: string;
  readonly path: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly fetchSite: string | undefined;
  readonly authorization: string | undefined;
}

export type GuardVerdict =
  | { readonly ok: true }
  | { readonly ok: false; readonly status: 401 | 403; readonly code: string; readonly message: string };

const allowed: GuardVerdict = { ok: true };

export function guard(request: GuardedRequest, options: GuardOptions): GuardVerdict {
  const changes = request.method !== 'GET' && request.method !== 'HEAD' && request.method !== 'OPTIONS';
  if (options.token === undefined) {
    if (isLoopback(options.listen) && !isOwnHost(request.host, options.listen)) {
      return refuse(
        'foreign_host',
        `Cannot serve ${request.method} ${request.path}: Host is ${quote(request.host)}, must be localhost or ${options.listen}`,
      );
    }
  } else if (!isPublic(request) && !hasToken(request.authorization, options.token)) {
    return {
      ok: false,
      status: 401,
      code: 'token_required',
      message: `Cannot serve ${request.method} ${request.path}: the bearer token is ${request.authorization === undefined ? 'missing' : 'wrong'}, must be the one printed at the first start`,
    };
  }
  if (changes && !isOwnOrigin(request)) {
    return refuse(
      'foreign_origin',
      `Cannot serve ${request.method} ${request.path}: Origin is ${quote(request.origin)}, must be this server's own`,
    );
  }
  return allowed;
}

/** True for addresses that only this machine reaches. */
export function isLoopback(address: string): boolean {
  return (
    address === 'localhost' ||
    address === '::1' ||
    address === '[::1]' ||
    (isIPv4(address) && address.startsWith('127.'))
  );
}

/** The dashboard's files hold no data (it asks for the token itself); probes need none. */
function isPublic(request: GuardedRequest): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  return !request.path.startsWith('/api/') && !request.path.startsWith('/v1/') && request.path !== '/metrics';
}

function isOwnHost(host: string | undefined, listen: string): boolean {
  // HTTP/1.0 clients and probes send none; a browser always does.
  if (host === undefined) return true;
  const name = host.replace(/:\d*$/, '').toLowerCase();
  return isLoopback(name) || name === listen.toLowerCase() || name === `[${listen.toLowerCase()}]`;
}

function isOwnOrigin(request: GuardedRequest): boolean {
  if (request.fetchSite === 'cross-site') return false;
  if (request.origin === undefined) return true;
  if (request.host === undefined || !URL.canParse(request.origin)) return false;
  return new URL(request.origin).host === request.host.toLowerCase();
}

/** Compares in constant time. */
export function hasToken(authorization: string | undefined, token: string): boolean {
  const given = Buffer.from(authorization ?? '');
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

function refuse(code: string, message: string): GuardVerdict {
  return { ok: false, status: 403, code, message };
}

function quote(value: string | undefined): string {
  return value === undefined ? 'missing' : JSON.stringify(value.slice(0, 100));
}

/** For URLs: an IPv6 address needs its brackets. */
export function urlHost(address: string): string {
  return isIPv6(address) ? `[${address}]` : address;
}
