import { deflateSync, inflateSync } from 'node:zlib';
import type { Compression } from '@jaegis/tsdb';

/** A page is some KiB, a dictionary some MiB; damaged lengths must not take all memory. */
const maxBytes = 512 * 2 ** 20;

/** How the indexes of blocks are packed. */
export const zlibCompression: Compression = {
  deflate: (bytes) => deflateSync(bytes, { level: 6 }),
  inflate: (bytes) => inflateSync(bytes, { maxOutputLength: maxBytes }),
};
