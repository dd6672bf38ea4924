import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What the files below a folder take. */
export function folderBytes(path: string): number {
  let bytes = 0;
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const inner = join(path, entry.name);
    try {
      bytes += entry.isDirectory() ? folderBytes(inner) : statSync(inner).size;
    } catch {
      // It went while we looked: a merge is under way.
    }
  }
  return bytes;
}
