import { expect, test } from 'vitest';
import { PostedAlerts } from './posted-alerts.ts';

const of = (name: string) => ({ labels: { alertname: name, pool: 'a' }, annotations: {} });
const names = (posted: PostedAlerts, now: number) => posted.active(now).map(({ labels }) => labels['alertname']);

test('an alert fires until the end it names, or for a while after it was posted last', () => {
  const posted = new PostedAlerts({ resolveAfterMs: 100 });
  posted.post({ ...of('named'), endsAt: 50 }, 0);
  posted.post(of('unnamed'), 0);
  expect(names(posted, 49)).toEqual(['named', 'unnamed']);
  expect(names(posted, 50)).toEqual(['unnamed']);
  posted.post(of('unnamed'), 90);
  expect(names(posted, 189)).toEqual(['unnamed']);
  expect(names(posted, 190)).toEqual([]);
});

test('the same labels in any order are the same alert, and an end in the past ends it', () => {
  const posted = new PostedAlerts();
  posted.post({ labels: { a: '1', b: '2' }, annotations: { summary: 'old' }, startsAt: 5 }, 10);
  posted.post({ labels: { b: '2', a: '1' }, annotations: { summary: 'new' }, startsAt: 8 }, 11);
  expect(posted.active(11)).toMatchObject([{ annotations: { summary: 'new' }, startsAt: 5 }]);
  posted.post({ labels: { b: '2', a: '1' }, annotations: {}, endsAt: 12 }, 12);
  expect(posted.active(12)).toEqual([]);
});

test('there is an end to how many are kept; what has ended makes room', () => {
  const posted = new PostedAlerts({ maxAlerts: 2 });
  posted.post({ ...of('first'), endsAt: 10 }, 0);
  posted.post(of('second'), 0);
  expect(posted.post(of('third'), 5)).toBe(false);
  expect(posted.refused).toBe(1);
  expect(posted.post(of('third'), 10)).toBe(true);
  expect(names(posted, 10)).toEqual(['second', 'third']);
});
