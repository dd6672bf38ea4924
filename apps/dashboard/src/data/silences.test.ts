import { expect, test } from 'vitest';
import { silencesOf } from './silences.ts';

const alert = (incident: string, pool: string, ...silencedBy: string[]) => ({
  labels: { pool },
  generatorURL: `http://localhost:4300/incidents/${incident}`,
  status: { silencedBy },
});
const silence = (id: string) => ({ id, endsAt: '', createdBy: 'me', comment: '' });
const incident = { id: 'a', pool: 'x' };

test('an incident is silent when all of its own alerts are silenced', () => {
  const silences = [silence('s1'), silence('s2'), silence('s3')];
  const of = (...alerts: ReturnType<typeof alert>[]) => silencesOf(incident, alerts, silences);
  expect(of(alert('a', 'x', 's1'), alert('a', 'y'), alert('b', 'z', 's3'))).toEqual({
    pools: ['x', 'y'],
    silences: [silence('s1')],
    isSilent: false,
  });
  expect(of(alert('a', 'x', 's1'), alert('a', 'y', 's2'))).toMatchObject({ isSilent: true });
  expect(of(alert('b', 'z', 's3'))).toEqual({ pools: ['x'], silences: [], isSilent: false });
});
