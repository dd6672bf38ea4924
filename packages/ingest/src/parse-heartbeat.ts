import { type Heartbeat, heartbeatSchema, issueWords } from '@jaegis/model';

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
  return malformed(issueWords(parsed.error.issues[0]!, value));
}

function malformed(reason: string): HeartbeatParsed {
  return { ok: false, error: `Cannot read heartbeat: ${reason}`, reason: 'malformed' };
}
