import { describe, expect, test, vi } from 'vitest';
import { link, node, topology } from './made-topology.ts';
import { labelPoint, linkTone, linkWidth, roundedPath } from './map-geometry.ts';
import { withOpenedPools } from './opened-pools.ts';

vi.mock('elkjs/lib/elk-worker.min.js?url', () => ({ default: '' }));
const { shapeOfTopology, toGraph } = await import('./map-layout.ts');

describe('an opened pool', () => {
  test('is a box around its agents, as well as the worst of them', () => {
    const agents = [node('p-1', 'agent', 'p'), { ...node('p-2', 'agent', 'p'), health: 'degraded' as const }];
    const opened = withOpenedPools(topology([...agents, node('q')], []), ['p', 'gone']);
    expect(opened.nodes.find((each) => each.id === 'p')).toEqual({
      id: 'p',
      kind: 'pool',
      pool: 'p',
      health: 'degraded',
      agents: 2,
    });
    expect(opened.nodes).toHaveLength(4);
    expect(toGraph(opened, 'DOWN').children?.map((child) => child.id)).toEqual(['p', 'q']);
  });
});

describe('the map', () => {
  test('puts the agents of an opened pool inside it', () => {
    const graph = toGraph(topology([node('p'), node('p-1', 'agent', 'p'), node('q')], []), 'DOWN');
    expect(graph.children?.map((child) => child.id)).toEqual(['p', 'q']);
    expect(graph.children?.[0]?.children?.map((child) => child.id)).toEqual(['p-1']);
  });
  test('leaves out links to what is not shown, and to itself', () => {
    const graph = toGraph(
      topology(
        [node('a'), node('b')],
        [link('a', 'b'), { ...link('a', 'b'), kind: 'messaging' }, link('a', 'gone'), link('b', 'b')],
      ),
      'DOWN',
    );
    expect(graph.edges?.map((edge) => edge.id)).toEqual(['a>b>http', 'a>b>messaging']);
  });
  test('is laid out anew for a new node or link, never for a new number', () => {
    const one = topology([node('a'), node('b')], [link('a', 'b', 1)]);
    expect(shapeOfTopology(topology([node('b'), node('a')], [link('a', 'b', 99)]))).toBe(shapeOfTopology(one));
    expect(shapeOfTopology(topology([node('a'), node('b')], []))).not.toBe(shapeOfTopology(one));
  });
});

test('corners are rounded, and short stretches do not overshoot', () => {
  expect(
    roundedPath([
      { x: 0, y: 0 },
      { x: 20, y: 0 },
      { x: 20, y: 20 },
    ]),
  ).toBe('M0 0L12 0Q20 0 20 8L20 20');
  expect(
    roundedPath([
      { x: 0, y: 0 },
      { x: 4, y: 0 },
      { x: 4, y: 4 },
    ]),
  ).toBe('M0 0L2 0Q4 0 4 2L4 4');
  expect(roundedPath([])).toBe('');
});

test('labels stand on the longest level stretch; widths grow slowly; failing links are bad', () => {
  expect(
    labelPoint([
      { x: 0, y: 0 },
      { x: 10, y: 0 },
      { x: 10, y: 50 },
      { x: 90, y: 50 },
    ]),
  ).toEqual({ x: 50, y: 44 });
  expect(linkWidth(0)).toBe(1);
  expect(linkWidth(999)).toBeCloseTo(5.5, 2);
  expect([linkTone(0), linkTone(0.02), linkTone(0.2)]).toEqual(['ok', 'warn', 'bad']);
});
