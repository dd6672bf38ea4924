import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { faultsAmongPeers, type PeerReading } from './among-peers.ts';

const now = 1_800_000_000_000;
const well = (instanceId: string, more: Partial<PeerReading> = {}): PeerReading => ({
  instanceId,
  cpu: 0.5,
  cpuMean: more.cpu ?? (more.cpu === null ? null : 0.5),
  throughput: 1,
  finishedAt: now - 1_000,
  ...more,
});

describe('faults that only show beside peers', () => {
  test('agents that are alike have none, however busy they are', () => {
    expect(faultsAmongPeers([well('a'), well('b'), well('c')], now)).toEqual([]);
    expect(
      faultsAmongPeers(
        ['a', 'b', 'c'].map((id) => well(id, { cpu: 1 })),
        now,
      ),
    ).toEqual([]);
  });

  test('a CPU at its top beside peers that have room', () => {
    expect(faultsAmongPeers([well('a', { cpu: 0.99 }), well('b'), well('c')], now)).toEqual([
      {
        instanceId: 'a',
        kind: 'cpu_hogged',
        reason: "CPU 99 %, its peers' median is 50 %: something beside its work takes it",
      },
    ]);
  });

  test('peers whose readings jump to the top have room all the same; whoever does more work than they is only busy', () => {
    const jumpy = { cpu: 0.97, cpuMean: 0.82 };
    const hogged = { cpu: 1, cpuMean: 1 };
    expect(faultsAmongPeers([well('a', hogged), well('b', jumpy), well('c', jumpy)], now)).toMatchObject([
      { instanceId: 'a', kind: 'cpu_hogged' },
    ]);
    const full = { cpu: 0.97, cpuMean: 0.93 };
    expect(faultsAmongPeers([well('a', hogged), well('b', full), well('c', full)], now)).toEqual([]);
    expect(faultsAmongPeers([well('a', { ...hogged, throughput: 1.3 }), well('b'), well('c')], now)).toEqual([]);
  });

  test('nothing finished for as long as the peers finish fifteen each, and 45 s at least', () => {
    const silent = (ms: number) => well('a', { throughput: 0, finishedAt: now - ms });
    expect(faultsAmongPeers([silent(44_000), well('b'), well('c')], now)).toEqual([]);
    expect(faultsAmongPeers([silent(46_000), well('b'), well('c')], now)).toMatchObject([
      { instanceId: 'a', kind: 'output_silent', reason: 'finished nothing for 46s, its peers finish 1/s each' },
    ]);
    const slow = { throughput: 0.1 };
    expect(faultsAmongPeers([silent(100_000), well('b', slow), well('c', slow)], now)).toEqual([]);
    expect(faultsAmongPeers([silent(151_000), well('b', slow), well('c', slow)], now)).toHaveLength(1);
  });

  test('whoever is compared is left out of the median, whatever the others have', () => {
    const cpus = fc.array(fc.option(fc.constantFrom<number>(0.5, 0.7, 0.78, 0.8, 0.95, 0.97, 1)), { maxLength: 9 });
    fc.assert(
      fc.property(cpus, (values) => {
        const agents = values.map((cpu, i) => well(`${i}`, { cpu }));
        const expected = agents.filter(({ cpu }, i) => {
          const others = values.filter((each, k): each is number => k !== i && each !== null).sort((a, b) => a - b);
          const usual = others[Math.floor((others.length - 1) / 2)];
          const isComparable = values.length > 2 && others.length >= 2 && cpu !== null && cpu >= 0.95;
          return isComparable && usual !== undefined && usual <= 0.9;
        });
        const found = faultsAmongPeers(agents, now);
        expect(found.map(({ instanceId }) => instanceId)).toEqual(expected.map(({ instanceId }) => instanceId));
      }),
    );
  });

  test('who never finished anything, and who has no peers, cannot be compared', () => {
    expect(
      faultsAmongPeers([well('a', { finishedAt: undefined, throughput: null }), well('b'), well('c')], now),
    ).toEqual([]);
    expect(faultsAmongPeers([well('a', { cpu: 1 }), well('b')], now)).toEqual([]);
  });

  test('what is not known is no fault', () => {
    const unknown = { cpu: null, throughput: null };
    expect(faultsAmongPeers([well('a', { ...unknown, cpu: 1 }), well('b', unknown), well('c', unknown)], now)).toEqual(
      [],
    );
  });
});
