import { expect, test } from 'vitest';
import { Places } from './places.ts';

test('the region that gives up gives an idle one first, then a busy one; the other keeps its idle ones', () => {
  const places = new Places();
  const regions = (eu: number, us: number) => [
    { name: 'eu', replicas: eu },
    { name: 'us', replicas: us },
  ];
  const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
  places.follow({ now: 0, reason: '', regions: regions(4, 2) });
  for (const [i, id] of ids.entries()) places.assign(id, ids.slice(0, i));
  const of = (region: string) => ids.filter((id) => places.of(id).region === region);
  expect([of('eu').length, of('us').length]).toEqual([4, 2]);
  const [idle, ...busy] = of('eu');
  const isBusy = (id: string) => busy.includes(id);
  // The idle of both regions rank before the busy; placement takes from eu alone.
  const order = [...of('us'), idle!, ...busy];
  places.follow({ now: 0, reason: '', regions: regions(3, 2) });
  expect(places.leaving(order, 1, isBusy)).toEqual([idle]);
  places.follow({ now: 0, reason: '', regions: regions(2, 2) });
  expect(places.leaving(order, 2, isBusy)).toEqual([idle, busy[0]]);
});
