import { expect, test } from 'vitest';
import { agent } from '../../test/example-fleet.ts';
import { chooseAgent } from './pick-agent.ts';

const agents = [
  { ...agent, instanceId: 'research-reader-1a', firstSeen: 5 },
  { ...agent, instanceId: 'research-reader-2b', firstSeen: 3 },
  { ...agent, instanceId: 'research-reader-3c', firstSeen: 1, connectivity: 'lost' as const },
  { ...agent, instanceId: 'research-writer-9z', pool: 'research/writer' },
];
const chosen = (wanted: string) => chooseAgent(agents, wanted).instanceId;

test('an id, a part of one, or a pool', () => {
  expect(chosen('research-reader-1a')).toBe('research-reader-1a');
  expect(chosen('9z')).toBe('research-writer-9z');
  expect(chosen('research-w')).toBe('research-writer-9z');
  expect(chosen('reader')).toBe('research-reader-2b');
  expect(chosen('research/writer')).toBe('research-writer-9z');
});

test('says what there is instead', () => {
  expect(() => chosen('zebra')).toThrow(
    'Cannot find agent "zebra": is not known, must be one of research-reader-1a, research-reader-2b, research-reader-3c, research-writer-9z',
  );
  expect(() => chosen('research-reader')).toThrow('fits 3 agents');
  expect(() => chooseAgent([], 'x')).toThrow('there are no agents yet');
});
