import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Controller, ownLeaf } from './cgroup-places.ts';

// Version 2 wants no process in a group that hands controllers down ("no internal processes": EBUSY for memory, children
// that take no process for cpu), and JAEGIS itself is in its own. So whoever is there moves to a leaf beside ours first,
// as systemd's Delegate=yes wants it of a service. In a login session or a slice there are strangers: those are left
// where they are, and it is said. The root of the tree is free of the rule.
// Source: kernel documentation, admin-guide/cgroup-v2, "Delegation"; systemd, "Control Group APIs and Delegation".

const shared = /^(session-.*\.scope|.*\.slice)$/;

/**
 * Gives `controller` to the groups below `folder`, a group of version 2.
 * @throws what the file system said, or why it cannot be.
 */
export function handDown(folder: string, controller: Controller): void {
  const members = existsSync(join(folder, 'cgroup.type')) ? membersOf(folder) : [];
  if (members.length > 0) {
    if (shared.test(basename(folder)))
      throw new Error(`${basename(folder)} holds other programs too: run jaegis as a service with Delegate=yes`);
    moveTo(join(folder, ownLeaf), members);
  }
  writeFileSync(join(folder, 'cgroup.subtree_control'), `+${controller}`);
}

function membersOf(folder: string): string[] {
  return readFileSync(join(folder, 'cgroup.procs'), 'utf8')
    .split('\n')
    .filter((pid) => pid !== '');
}

function moveTo(folder: string, members: readonly string[]): void {
  mkdirSync(folder, { recursive: true });
  for (const pid of members) {
    try {
      writeFileSync(join(folder, 'cgroup.procs'), pid);
    } catch (error) {
      // One that has just ended is no loss.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
