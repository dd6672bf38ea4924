import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { afterAll, describe, expect, test } from 'vitest';
import { agent, decision, describeMetadataStore } from '../conformance/describe-metadata-store.ts';
import { openMetadata } from './open-metadata.ts';

const folder = mkdtempSync(join(tmpdir(), 'jaegis-metadata-'));
let count = 0;
const freshPath = (): string => join(folder, `${++count}`, 'metadata.db');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describeMetadataStore('sqlite', () => openMetadata(freshPath()));

describe('sqlite metadata file', () => {
  test('everything is there when the file is opened again', () => {
    const path = freshPath();
    const store = openMetadata(path);
    store.saveAgents([agent('a')]);
    store.saveDecision(decision('d', 1));
    store.setState('seq', 42);
    store.setBlob('model', Uint8Array.of(1, 2, 3));
    store.close();
    const again = openMetadata(path);
    expect(again.loadAgents()).toEqual([agent('a')]);
    expect(again.decision('d')).toEqual(decision('d', 1));
    expect(again.getState('seq')).toBe(42);
    expect([...again.getBlob('model')!]).toEqual([1, 2, 3]);
    again.close();
  });

  test.each([
    ['text that is no database', () => Buffer.from('hello, this is no database at all'.repeat(100))],
    [
      'a file with its middle overwritten',
      (bytes: Buffer) => {
        bytes.fill(0xa5, 512);
        return bytes;
      },
    ],
  ])('%s is set aside, reported, and a fresh one begun', (_, damage) => {
    const path = freshPath();
    const store = openMetadata(path);
    for (let i = 0; i < 200; i++) store.saveDecision(decision(`d${i}`, i));
    store.close();
    writeFileSync(path, damage(readFileSync(path)));
    for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true });
    const messages: string[] = [];
    const fresh = openMetadata(path, { onDamage: (message) => messages.push(message) });
    expect(messages).toHaveLength(1);
    expect(messages[0]).toContain('metadata.db.damaged-1');
    fresh.saveDecision(decision('new', 1));
    expect(fresh.decisions({ limit: 10 }).items.map((each) => each.id)).toEqual(['new']);
    fresh.close();
    expect(readdirSync(join(path, '..'))).toContain('metadata.db.damaged-1');
  });

  test('a damaged record is left out and reported, the rest is read', () => {
    const path = freshPath();
    const store = openMetadata(path);
    store.saveAgents([agent('a'), agent('b'), agent('c')]);
    store.saveDecision(decision('d', 1));
    store.close();
    const raw = new Database(path);
    raw.exec(`UPDATE agents SET json = substr(json, 2) WHERE id = 'b'; UPDATE decisions SET json = '{'`);
    raw.close();
    const messages: string[] = [];
    const again = openMetadata(path, { onDamage: (message) => messages.push(message) });
    expect(again.loadAgents().map((each) => each.instanceId)).toEqual(['a', 'c']);
    expect(again.decision('d')).toBeUndefined();
    expect(messages).toEqual([
      'A record of agents in the metadata is damaged and was left out.',
      'A record of decisions in the metadata is damaged and was left out.',
    ]);
    again.close();
  });

  test('a file of a later version is not touched', () => {
    const path = freshPath();
    openMetadata(path).close();
    const raw = new Database(path);
    raw.exec('PRAGMA user_version = 999');
    raw.close();
    expect(() => openMetadata(path)).toThrow('it is version 999, must be at most 1');
    expect(readdirSync(join(path, '..')).some((name) => name.includes('damaged'))).toBe(false);
  });
});
