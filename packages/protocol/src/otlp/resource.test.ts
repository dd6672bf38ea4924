import { describe, expect, test } from 'vitest';
import type { PlainValue } from './any-value.ts';
import { resourceIdentity } from './resource.ts';

const identity = (attributes: Record<string, PlainValue>) => resourceIdentity(new Map(Object.entries(attributes)));

describe('resourceIdentity', () => {
  test('the instance and pool that the resource names', () => {
    expect(
      identity({ 'service.instance.id': 'i', 'service.name': 'n', 'service.namespace': 'ns', 'service.version': '1' }),
    ).toMatchObject({
      instanceId: 'i',
      pool: 'ns/n',
      version: '1',
    });
    expect(identity({ 'service.instance.id': 'i', 'service.name': 'n', 'jaegis.pool': 'mine' })).toMatchObject({
      pool: 'mine',
    });
  });

  test('without an instance one is derived, the same at every export of a process', () => {
    expect(identity({ 'service.name': 'n', 'host.name': 'h', 'process.pid': 42 })).toMatchObject({
      instanceId: 'n/h/42',
      pool: 'n',
    });
    expect(identity({ 'service.name': 'n' })).toMatchObject({ instanceId: 'n/unknown' });
    expect(identity({})).toMatchObject({ instanceId: 'unknown_service/unknown', pool: 'unknown_service' });
  });

  test('names that would break what they are shown in are refused', () => {
    expect(identity({ 'service.instance.id': 'a\u001b[31m' })).toMatchObject({ rejected: 'invalid_name' });
    expect(identity({ 'jaegis.pool': 'a\u2028b' })).toMatchObject({ rejected: 'invalid_name' });
    expect(identity({ 'service.instance.id': 'x'.repeat(201) })).toMatchObject({ rejected: 'label_limit' });
  });

  test('labels are text, bounded, without control characters', () => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`k${i}`, 'v']));
    const found = identity({
      'service.name': 's',
      'process.pid': 42,
      cmd: 'a\nb',
      long: 'x'.repeat(2_000),
      __proto__x: 1,
      'b\nad': 1,
      ...many,
    });
    if ('rejected' in found) throw new Error(found.message);
    expect(found.labels).toMatchObject({ 'process.pid': '42', cmd: 'a\u{fffd}b' });
    expect(found.labels['long']!.length).toBe(1_000);
    expect(Object.keys(found.labels).length).toBe(64);
    expect(Object.keys(found.labels)).not.toContain('b\nad');
  });
});
