import type { Severity } from '@jaegis/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AlertCondition } from './alert-condition.ts';
import { AlertEngine } from './alert-engine.ts';
import { IncidentEngine } from './incident-engine.ts';

const pools = ['a', 'b', 'c', 'd', 'e'];
const maxOpen = 2;
const ranks: Record<Severity, number> = { info: 0, warning: 1, critical: 2 };

const condition: fc.Arbitrary<AlertCondition> = fc
  .record({
    pool: fc.constantFrom(...pools),
    agent: fc.constantFrom(null, '1', '2', '3'),
    kind: fc.constantFrom(
      'agent_lost' as const,
      'anomaly' as const,
      'objective_breached' as const,
      'scaling_failed' as const,
    ),
    severity: fc.constantFrom('critical' as const, 'warning' as const, 'info' as const),
    signal: fc.constantFrom(null, 'latency_p95', 'queue_length', 'nonsense'),
    forMs: fc.constantFrom(0, 15_000),
    value: fc.constantFrom(null, 0, 5, Number.NaN),
    expected: fc.constantFrom(null, 0, 1),
  })
  .map((made) => ({
    ...made,
    key: `${made.kind}/${made.pool}/${made.agent}`,
    summary: 'something is wrong.',
    reason: 'it was seen',
  }));

const step = fc.record({
  afterMs: fc.oneof(fc.integer({ min: 0, max: 30_000 }), fc.integer({ min: -60_000, max: 1_000_000 })),
  conditions: fc.array(condition, { maxLength: 6 }),
  restarts: fc.boolean(),
});

function engines() {
  const near = (a: string, b: string) => Math.abs(pools.indexOf(a) - pools.indexOf(b)) === 1;
  return {
    alerts: new AlertEngine({ for: 15_000, resolve_after: 60_000 }),
    incidents: new IncidentEngine({
      groupWindowMs: 300_000,
      maxOpen,
      linked: near,
      calls: (a, b) => near(a, b) && a < b,
    }),
  };
}

test('whatever fires and in whatever order: one home for each alert, told once, bounded, and over in the end', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      let { alerts, incidents } = engines();
      let now = 1_700_000_000_000;
      const told = new Map<string, { kinds: string[]; severity: Severity }>();
      const quiet = Array.from({ length: 100 }, () => ({ afterMs: 30_000, conditions: [], restarts: false }));
      for (const { afterMs, conditions, restarts } of [...steps, ...quiet]) {
        now += afterMs;
        if (restarts) {
          const kept = JSON.parse(JSON.stringify({ alerts: alerts.active(), open: incidents.open() }));
          ({ alerts, incidents } = engines());
          alerts.restore(kept.alerts);
          incidents.restore(kept.open, alerts.active());
        }
        const { notifications, assigned, changed } = incidents.apply(alerts.evaluate(conditions, now), { now });
        for (const [alert, incident] of assigned) alerts.assign(alert, incident);
        for (const { kind, incident } of notifications) {
          const before = told.get(incident.id);
          expect(before?.kinds.includes(kind) && kind !== 'escalated').toBeFalsy();
          if (kind === 'opened') expect(before).toBeUndefined();
          if (kind === 'escalated') expect(ranks[incident.severity]).toBeGreaterThan(ranks[before!.severity]);
          told.set(incident.id, { kinds: [...(before?.kinds ?? []), kind], severity: incident.severity });
        }
        for (const incident of changed) {
          expect(incident.title).not.toBe('');
          expect(incident.title).not.toContain('NaN');
          expect(incident.cause.evidence.length).toBeGreaterThan(0);
          for (const entry of incident.timeline) expect(entry.reason).not.toBe('');
        }
        const open = incidents.open();
        expect(open.length).toBeLessThanOrEqual(maxOpen + 1);
        const homes = open.flatMap((incident) => incident.alerts);
        expect(new Set(homes).size).toBe(homes.length);
        for (const alert of alerts.active()) {
          if (alert.state !== 'firing' || alert.incident === null) continue;
          expect(incidents.incidentOf(alert.id)).toBe(alert.incident);
          expect(homes).toContain(alert.id);
        }
      }
      expect(incidents.open()).toEqual([]);
      for (const { kinds } of told.values()) expect(kinds.at(-1)).toBe('resolved');
    }),
    { numRuns: 100 },
  );
});
