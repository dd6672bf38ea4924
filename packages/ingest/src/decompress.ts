import { gunzip, inflate } from 'node:zlib';

export type Decompressed =
  | { readonly ok: true; readonly body: Uint8Array }
  | { readonly ok: false; readonly fault: 'unsupported' | 'too_large' | 'malformed'; readonly error: string };

/**
 * The body without its content encoding. `limitBytes` bounds what comes out, so that a few kilobytes cannot become
 * gigabytes: decompression stops there. Runs off the event loop's thread.
 */
export function decompress(encoding: string, body: Uint8Array, limitBytes: number): Promise<Decompressed> {
  const name = encoding.trim().toLowerCase();
  if (name === '' || name === 'identity') return Promise.resolve(withinLimit(body, limitBytes));
  if (name !== 'gzip' && name !== 'x-gzip' && name !== 'deflate') {
    const error = `content-encoding is ${JSON.stringify(name.slice(0, 40))}, must be gzip, deflate or identity`;
    return Promise.resolve({ ok: false, fault: 'unsupported', error });
  }
  const decode = name === 'deflate' ? inflate : gunzip;
  return new Promise((resolve) => {
    decode(body, { maxOutputLength: limitBytes }, (error, result) => {
      if (error === null) resolve({ ok: true, body: result });
      else if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') resolve(tooLarge(limitBytes));
      else resolve({ ok: false, fault: 'malformed', error: `the body is not ${name}: ${error.message}` });
    });
  });
}

function withinLimit(body: Uint8Array, limitBytes: number): Decompressed {
  return body.length > limitBytes ? tooLarge(limitBytes) : { ok: true, body };
}

function tooLarge(limitBytes: number): Decompressed {
  return { ok: false, fault: 'too_large', error: `the body is too large, must be at most ${limitBytes} bytes` };
}
