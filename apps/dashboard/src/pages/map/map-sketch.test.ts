import type { Topology } from '@jaegis/model';
import { expect, test } from 'vitest';
import { link, node, topology } from './made-topology.ts';
import { sketchMap } from './map-sketch.ts';

const placesOf = (t: Topology, direction: 'DOWN' | 'RIGHT') =>
  new Map(sketchMap(t, direction).nodes.map((each) => [each.node.id, each]));

test('callers stand above whom they call, side by side in a layer, and to the left where the map is wide', () => {
  const t = topology(
    ['load', 'a', 'b', 'model'].map((id) => node(id)),
    [link('load', 'a'), link('load', 'b'), link('a', 'model'), link('b', 'model'), link('load', 'model')],
  );
  const down = placesOf(t, 'DOWN');
  const y = (id: string) => down.get(id)!.y;
  expect(y('load')).toBeLessThan(y('a'));
  expect(y('a')).toBe(y('b'));
  expect(y('b')).toBeLessThan(y('model'));
  expect(down.get('a')!.x + down.get('a')!.width).toBeLessThan(down.get('b')!.x);
  const right = placesOf(t, 'RIGHT');
  expect(right.get('load')!.x).toBeLessThan(right.get('a')!.x);
  const layout = sketchMap(t, 'DOWN');
  expect(layout.links).toHaveLength(5);
  for (const each of layout.nodes) {
    expect(each.x + each.width).toBeLessThanOrEqual(layout.width);
    expect(each.y + each.height).toBeLessThanOrEqual(layout.height);
  }
});

test('circles, links to what is not shown and an empty map are no trouble', () => {
  const t = topology(
    ['a', 'b', 'c'].map((id) => node(id)),
    [link('a', 'b'), link('b', 'c'), link('c', 'a'), link('a', 'gone'), link('b', 'b')],
  );
  expect(placesOf(t, 'DOWN').size).toBe(3);
  expect(sketchMap(t, 'DOWN').links).toHaveLength(3);
  expect(sketchMap(topology([], []), 'DOWN').nodes).toEqual([]);
});

test('the agents of an opened pool lie in its box', () => {
  const agents = ['p-1', 'p-2', 'p-3'].map((id) => node(id, 'agent', 'p'));
  const places = placesOf(topology([...agents, node('p'), node('q')], [link('p-1', 'q')]), 'DOWN');
  const box = places.get('p')!;
  expect(box.isGroup).toBe(true);
  for (const { id } of agents) {
    const inside = places.get(id)!;
    expect(inside.x).toBeGreaterThanOrEqual(box.x);
    expect(inside.x + inside.width).toBeLessThanOrEqual(box.x + box.width);
    expect(inside.y + inside.height).toBeLessThanOrEqual(box.y + box.height);
  }
  expect(places.get('q')!.y).toBeGreaterThan(box.y + box.height);
});
