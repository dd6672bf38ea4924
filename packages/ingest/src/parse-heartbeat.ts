import { type Heartbeat, heartbeatSchema } from '@jaegis/model';

export type HeartbeatParsed =
  | { readonly ok: true; readonly heartbeat: Heartbeat }
  | { readonly ok: false; readonly error: string; readonly reason: 'too_large' | 'malformed' };

/** A full heartbeat (64 labels of 1,000 characters, 128 metrics) stays below this. */
const maxBytes = 256 * 1024;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads the body of a heartbeat. The error names the first wrong field: what it is and what it must be. */
export function parseHeartbeat(body: Uint8Array): HeartbeatParsed {
  if (body.length > maxBytes) {
    const error = `Cannot read heartbeat: body has ${body.length} bytes, must be at most ${maxBytes}`;
    return { ok: false, error, reason: 'too_large' };
  }
  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(body));
  } catch {
    return malformed(`body is ${body.length === 0 ? 'empty' : 'not JSON'}, must be a JSON object`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return malformed(`body is ${Array.isArray(value) ? 'a list' : JSON.stringify(value)}, must be a JSON object`);
  const parsed = heartbeatSchema.safeParse(value);
  if (parsed.success) return { ok: true, heartbeat: parsed.data };
  const issue = parsed.error.issues[0]!;
  const path = issue.path.map(String);
  const field = path.length === 0 ? 'body' : path.join('.').slice(0, 100);
  return malformed(
    `${JSON.stringify(field).slice(1, -1)} is ${shown(value, issue.path)}, ${issue.message.slice(0, 200)}`,
  );
}

function malformed(reason: string): HeartbeatParsed {
  return { ok: false, error: `Cannot read heartbeat: ${reason}`, reason: 'malformed' };
}

function shown(value: unknown, path: readonly PropertyKey[]): string {
  let found = value;
  for (const key of path) found = (found as Record<PropertyKey, unknown> | null | undefined)?.[key];
  return found === undefined ? 'missing' : JSON.stringify(found).slice(0, 80);
}
