import { expect, test } from 'vitest';
import { madeSignals } from '../conformance/made-fleet.ts';
import { peerMedians, peerPart } from './peers.ts';

const now = 1_000_000;
const o = { now, maxAgeMs: 60_000 };

test('medians need three that know', () => {
  const two = [madeSignals({ latency_p95: 1 }), madeSignals({ latency_p95: 2 })];
  expect(peerMedians(two, { now })).toEqual({});
  expect(peerMedians([...two, madeSignals({ latency_p95: 9 })], { now }).latency_p95?.value).toBe(2);
  expect(peerMedians([...two, madeSignals({ latency_p95: 9 }, now - 100_000)], { now })).toEqual({});
});

test('being like the others is well, being far from them is not, tiny figures do not count', () => {
  const peers = madeSignals({ latency_p95: 0.1, cpu_utilization: 0.01 });
  expect(peerPart(madeSignals({ latency_p95: 0.15 }), peers, o)?.score).toBe(100);
  expect(peerPart(madeSignals({ latency_p95: 0.4 }), peers, o)?.score).toBe(65);
  expect(peerPart(madeSignals({ latency_p95: 4 }), peers, o)?.score).toBe(50);
  expect(peerPart(madeSignals({ cpu_utilization: 0.2 }), peers, o)?.score).toBe(100);
  expect(peerPart(madeSignals({ throughput: 1 }), peers, o)).toBeUndefined();
});
