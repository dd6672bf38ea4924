import type { Operation } from '../open-api.ts';

const tag = 'alertmanager';
const filter = 'matcher such as `severity="critical"` (repeat)';
const alertQuery = {
  filter,
  receiver: 'pattern of a receiver',
  active: '`false` leaves those out that are not silenced',
  silenced: '`false` leaves the silenced out',
};

/** Alertmanager's API v2. Errors there are a string in JSON. */
export const alertmanagerOperations: readonly Operation[] = [
  { method: 'get', path: '/api/v2/status', tag, summary: 'Version, receivers as a configuration, since when.' },
  { method: 'get', path: '/api/v2/receivers', tag, summary: 'Who is told.' },
  {
    method: 'get',
    path: '/api/v2/alerts',
    tag,
    summary: 'What fires, and which silences it is under.',
    query: alertQuery,
  },
  {
    method: 'post',
    path: '/api/v2/alerts',
    tag,
    summary:
      'Alerts of another system (Prometheus, with JAEGIS as its Alertmanager); they become incidents like our own.',
    body: [{ labels: { alertname: 'DiskFull', pool: 'reader' }, annotations: { summary: 'The disk is full' } }],
  },
  {
    method: 'get',
    path: '/api/v2/alerts/groups',
    tag,
    summary: 'The same by incident and receiver.',
    query: alertQuery,
  },
  { method: 'get', path: '/api/v2/silences', tag, summary: 'Silences: active, to come, expired.', query: { filter } },
  {
    method: 'post',
    path: '/api/v2/silences',
    tag,
    summary: 'Makes a silence, or changes the one with this id: nobody is told of alerts that it fits.',
    body: {
      matchers: [{ name: 'pool', value: 'reader', isRegex: false, isEqual: true }],
      startsAt: '2026-01-01T00:00:00Z',
      endsAt: '2099-01-01T00:00:00Z',
      createdBy: 'me',
      comment: 'maintenance',
    },
  },
  { method: 'get', path: '/api/v2/silence/{id}', tag, summary: 'One silence.' },
  { method: 'delete', path: '/api/v2/silence/{id}', tag, summary: 'Ends a silence now.' },
];
