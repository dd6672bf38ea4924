import type { Alert, Incident, Notification, NotificationKind } from '@jaegis/model';
import { expect, test } from 'vitest';
import { NotificationGate } from './notification-gate.ts';

const alertOf = (pool: string) => ({ id: `alert-${pool}`, pool, state: 'firing' }) as Alert;
const incident = { id: 'i1', title: 'first title' } as Incident;

function notification(kind: NotificationKind, pools: readonly string[]): Notification {
  return { id: `i1/${kind}`, kind, at: 0, incident, alerts: pools.map(alertOf), reason: 'because' };
}

/** One incident in some pools, of which some are silenced. */
function scene() {
  const gate = new NotificationGate();
  let now = 0;
  let open: readonly string[] | undefined;
  const silenced = new Set<string>();
  const round = (fresh: readonly Notification[] = []) =>
    gate
      .pass(fresh, {
        now: ++now,
        isSilenced: ({ pool }) => silenced.has(pool),
        current: () => open && { incident: { ...incident, title: 'title now' }, alerts: open.map(alertOf) },
      })
      .map(({ kind }) => kind);
  return {
    gate,
    silenced,
    round,
    opens: (...pools: string[]) => round([notification('opened', (open = pools))]),
    grows: (...pools: string[]) => round([notification('escalated', (open = pools))]),
    ends: () => {
      open = undefined;
      return round([notification('resolved', [])]);
    },
  };
}

test('without silences everything passes', () => {
  const { opens, grows, ends, round } = scene();
  expect([opens('a'), round(), grows('a', 'b'), ends()]).toEqual([['opened'], [], ['escalated'], ['resolved']]);
});

test('an incident that comes and goes in silence is never told', () => {
  const { silenced, opens, grows, ends, round, gate } = scene();
  silenced.add('a');
  expect([opens('a'), grows('a'), round(), ends(), round()]).toEqual([[], [], [], [], []]);
  expect(gate.held).toEqual([]);
});

test('one alert that is not silenced is enough', () => {
  const { silenced, opens } = scene();
  silenced.add('a');
  expect(opens('a', 'b')).toEqual(['opened']);
});

test('what was held is told when the silence ends, as it is then', () => {
  const { silenced, opens, grows, round, gate } = scene();
  silenced.add('a');
  opens('a');
  grows('a');
  expect(gate.held).toMatchObject([{ kind: 'opened' }]);
  silenced.clear();
  const [told] = gate.pass([], {
    now: 9,
    isSilenced: () => false,
    current: () => ({ incident: { ...incident, title: 'title now' }, alerts: [alertOf('a')] }),
  });
  expect(told).toMatchObject({ id: 'i1/opened', kind: 'opened', at: 9, incident: { title: 'title now' } });
  expect(round()).toEqual([]);
});

test('the end of what was told is told, silenced or not', () => {
  const { silenced, opens, grows, ends } = scene();
  expect(opens('a')).toEqual(['opened']);
  silenced.add('a');
  expect([grows('a'), ends()]).toEqual([[], ['resolved']]);
});

test('a restart forgets nothing that is held', () => {
  const before = scene();
  before.silenced.add('a');
  before.opens('a');
  const after = new NotificationGate();
  after.restore(JSON.parse(JSON.stringify(before.gate.held)));
  const told = after.pass([], {
    now: 1,
    isSilenced: () => false,
    current: () => ({ incident, alerts: [alertOf('a')] }),
  });
  expect(told.map(({ id }) => id)).toEqual(['i1/opened']);
});
