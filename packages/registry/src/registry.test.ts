import type { Heartbeat } from '@jaegis/model';
import { describe, expect, test } from 'vitest';
import { Registry } from './registry.ts';
import type { RegistryOptions } from './registry-options.ts';

const start = 1_700_000_000_000;
const second = 1_000;

function registry(options: Partial<RegistryOptions> = {}): Registry {
  return new Registry({
    agentLimit: 100,
    heartbeatIntervalMs: 30_000,
    supervisedHeartbeatIntervalMs: 4_000,
    ...options,
  });
}

function beat(instanceId = 'reader-1', more: Partial<Heartbeat> = {}): Heartbeat {
  return { instanceId, pool: 'reader', status: 'ok', version: '', labels: {}, metrics: {}, ...more };
}

function telemetry(instanceId = 'reader-1', pool = 'reader') {
  return { instanceId, pool, version: '1.0.0', labels: { 'host.name': 'a' } };
}

function state(known: Registry, id = 'reader-1'): string {
  const agent = known.get(id);
  return agent === undefined ? 'unknown' : `${agent.connectivity}: ${agent.connectivityReason}`;
}

describe('registration', () => {
  test('the first heartbeat registers and is answered with the interval to keep', () => {
    const known = registry();
    const result = known.heartbeat(beat(), start);
    expect(result).toEqual({ ok: true, answer: { intervalMs: 30_000, commands: [] }, isNew: true });
    expect(state(known)).toBe('live: first heartbeat');
    expect(known.heartbeat(beat(), start + 30 * second)).toMatchObject({ ok: true, isNew: false });
  });

  test('the first telemetry registers too', () => {
    const known = registry();
    expect(known.contact(telemetry(), start)).toBe(true);
    expect(known.get('reader-1')).toMatchObject({ connectivity: 'live', version: '1.0.0', health: 'unknown' });
    expect(known.takeChanged().map((agent) => agent.instanceId)).toEqual(['reader-1']);
  });

  test('a supervised agent is asked to beat more often', () => {
    const known = registry();
    expect(known.heartbeat(beat(), start, { supervised: true })).toMatchObject({ answer: { intervalMs: 4_000 } });
  });

  test('an agent that beats more often than asked is not slowed down', () => {
    const known = registry();
    expect(known.heartbeat(beat('a', { intervalMs: 1_000 }), start)).toMatchObject({ answer: { intervalMs: 1_000 } });
    expect(known.heartbeat(beat('b', { intervalMs: 60_000 }), start)).toMatchObject({ answer: { intervalMs: 30_000 } });
  });

  test('beyond the limit the longest-gone gives way, and without one the newcomer is refused and counted', () => {
    const known = registry({ agentLimit: 2 });
    known.heartbeat(beat('a'), start);
    known.heartbeat(beat('b'), start);
    expect(known.heartbeat(beat('c'), start)).toMatchObject({ ok: false, reason: 'agent_limit' });
    expect(known.contact(telemetry('c'), start)).toBe(false);
    expect(known.refused).toBe(2);
    known.stopped('b', 'scaled down', start + second);
    known.exited('a', 'killed by SIGKILL', start + 2 * second);
    expect(known.heartbeat(beat('c'), start + 3 * second)).toMatchObject({ ok: true, isNew: true });
    expect(known.takeRemoved()).toEqual(['b']);
    expect(known.list().map((agent) => agent.instanceId)).toEqual(['a', 'c']);
  });

  test('labels are merged, and bounded', () => {
    const known = registry();
    known.contact(telemetry(), start);
    known.heartbeat(beat('reader-1', { labels: { 'process.pid': '7' } }), start);
    expect(known.get('reader-1')?.labels).toEqual({ 'host.name': 'a', 'process.pid': '7' });
    const many = Object.fromEntries(Array.from({ length: 80 }, (_, i) => [`label-${i}`, 'x'.repeat(2_000)]));
    known.heartbeat(beat('reader-1', { labels: many }), start + second);
    const labels = known.get('reader-1')!.labels;
    expect(Object.keys(labels)).toHaveLength(64);
    expect(labels['label-0']).toHaveLength(1_000);
    expect(known.dropped.labels).toBe(18);
  });
});

describe('silence of an agent that beats', () => {
  test('live, suspect after 1.5 intervals, lost after 3, each with its numbers', () => {
    const known = registry();
    known.heartbeat(beat(), start);
    known.tick(start + 44 * second);
    expect(state(known)).toBe('live: first heartbeat');
    known.tick(start + 45 * second);
    expect(state(known)).toBe('suspect: no heartbeat for 45 s (expected every 30 s)');
    known.tick(start + 94 * second);
    expect(state(known)).toBe('lost: no heartbeat for 94 s (expected every 30 s)');
    expect(known.counts()).toEqual({ live: 0, suspect: 0, lost: 1, stopped: 0 });
  });

  test('a tick that comes late goes straight to lost', () => {
    const known = registry();
    known.heartbeat(beat(), start);
    known.tick(start + 120 * second);
    expect(known.get('reader-1')?.connectivity).toBe('lost');
  });

  test('a supervised agent is suspected within 6 s and lost within 12 s', () => {
    const known = registry();
    known.heartbeat(beat(), start, { supervised: true });
    known.tick(start + 6 * second);
    expect(state(known)).toBe('suspect: no heartbeat for 6 s (expected every 4 s)');
    known.tick(start + 12 * second);
    expect(state(known)).toBe('lost: no heartbeat for 12 s (expected every 4 s)');
  });

  test('an agent that still names its own interval but follows the answers is judged by what it does', () => {
    const known = registry();
    for (let i = 0; i <= 3; i++) {
      known.heartbeat(beat('reader-1', { intervalMs: 30_000 }), start + i * 4 * second, { supervised: true });
    }
    expect(known.get('reader-1')?.heartbeatIntervalMs).toBe(4_000);
    known.tick(start + 12 * second + 6 * second);
    expect(known.get('reader-1')?.connectivity).toBe('suspect');
  });

  test('one late beat makes it live again at once', () => {
    const known = registry();
    known.heartbeat(beat(), start);
    known.tick(start + 50 * second);
    known.heartbeat(beat(), start + 52 * second);
    expect(state(known)).toBe('live: heartbeat came after 52 s (expected every 30 s)');
  });

  test('an agent that is late again and again stays suspect until three beats came on time', () => {
    const known = registry();
    let now = start;
    known.heartbeat(beat(), now);
    for (let i = 0; i < 3; i++) {
      known.tick(now + 50 * second);
      now += 55 * second;
      known.heartbeat(beat(), now);
    }
    expect(known.get('reader-1')?.connectivity).toBe('suspect');
    expect(known.get('reader-1')?.connectivityReason).toContain('beats irregularly: late 3 times');
    for (let i = 0; i < 3; i++) {
      expect(known.get('reader-1')?.connectivity).toBe('suspect');
      now += 30 * second;
      known.tick(now);
      known.heartbeat(beat(), now);
    }
    expect(known.get('reader-1')?.connectivity).toBe('live');
  });

  test('telemetry alone keeps it suspect, never live and never lost', () => {
    const known = registry();
    known.heartbeat(beat(), start);
    for (let at = 10; at <= 300; at += 10) {
      known.contact(telemetry(), start + at * second);
      known.tick(start + at * second);
    }
    expect(state(known)).toMatch(
      /^suspect: no heartbeat for .*, but telemetry 0 s ago: it runs, its heartbeat does not$/,
    );
    known.tick(start + 400 * second);
    expect(known.get('reader-1')?.connectivity).toBe('lost');
    known.contact(telemetry(), start + 401 * second);
    expect(state(known)).toBe('suspect: telemetry came again, but no heartbeat for 7 min (expected every 30 s)');
  });

  test('missed beats are written down between the real ones', () => {
    const known = registry();
    known.heartbeat(beat(), start);
    known.heartbeat(beat('reader-1', { status: 'busy' }), start + 30 * second);
    known.tick(start + 80 * second);
    known.heartbeat(beat(), start + 95 * second);
    expect(known.beatLetters('reader-1')).toBe('obmo');
    known.tick(start + 10_000 * second);
    expect(known.beatLetters('reader-1')).toBe('m'.repeat(30));
    expect(known.get('reader-1')?.beats.at(0)).toEqual({ at: start + 125 * second, status: 'missed' });
  });
});

describe('silence of an agent that only sends telemetry', () => {
  test('it is measured against the usual 60 s of an exporter until gaps were seen', () => {
    const known = registry();
    known.contact(telemetry(), start);
    known.tick(start + 89 * second);
    expect(known.get('reader-1')?.connectivity).toBe('live');
    known.tick(start + 90 * second);
    expect(state(known)).toBe('suspect: no telemetry for 90 s (usually at least every 60 s)');
    known.tick(start + 180 * second);
    expect(known.get('reader-1')?.connectivity).toBe('lost');
    known.contact(telemetry(), start + 200 * second);
    expect(state(known)).toBe('live: telemetry came again (lost for 20 s)');
  });

  test('then against the longest gap it has shown', () => {
    const known = registry();
    for (let i = 0; i < 10; i++) known.contact(telemetry(), start + i * 120 * second);
    const last = start + 9 * 120 * second;
    known.tick(last + 179 * second);
    expect(known.get('reader-1')?.connectivity).toBe('live');
    known.tick(last + 180 * second);
    expect(known.get('reader-1')?.connectivity).toBe('suspect');
  });
});

describe('the end of an agent', () => {
  test('goodbye is stopped, not lost, however long the silence', () => {
    const known = registry();
    known.heartbeat(beat(), start);
    known.heartbeat(beat('reader-1', { status: 'stopped' }), start + 5 * second);
    known.tick(start + 600 * second);
    expect(state(known)).toBe('stopped: said goodbye');
  });

  test('a death seen by the supervisor is lost at once, and what was still under way does not bring it back', () => {
    const known = registry();
    const running = beat('reader-1', { labels: { 'process.pid': '7' } });
    known.heartbeat(running, start);
    known.exited('reader-1', 'killed by SIGKILL after 3 min', start + second);
    known.heartbeat(running, start + 1.1 * second);
    known.contact(telemetry(), start + 1.2 * second);
    expect(state(known)).toBe('lost: killed by SIGKILL after 3 min');
    known.heartbeat(beat('reader-1', { labels: { 'process.pid': '8' } }), start + 1.5 * second);
    expect(state(known)).toBe('live: started again');
  });

  test('an exit after a goodbye is no loss', () => {
    const known = registry();
    known.heartbeat(beat('reader-1', { status: 'stopped' }), start);
    known.exited('reader-1', 'exit code 0', start + second);
    expect(state(known)).toBe('stopped: said goodbye');
  });

  test('a restarted agent is the same agent; its progress starts again', () => {
    const known = registry();
    known.heartbeat(beat('reader-1', { progress: 10 }), start);
    known.heartbeat(beat('reader-1', { progress: 70 }), start + 30 * second);
    expect(known.progressOf('reader-1')).toMatchObject({ value: 70, perSecond: 2, changedAt: start + 30 * second });
    known.heartbeat(beat('reader-1', { progress: 70 }), start + 60 * second);
    expect(known.progressOf('reader-1')).toMatchObject({ changedAt: start + 30 * second, perSecond: 0 });
    known.exited('reader-1', 'exit code 1', start + 61 * second);
    known.heartbeat(beat('reader-1', { progress: 3 }), start + 65 * second);
    expect(known.progressOf('reader-1')).toMatchObject({ value: 3, perSecond: null, changedAt: start + 65 * second });
    expect(known.get('reader-1')?.firstSeen).toBe(start);
    expect(known.size).toBe(1);
  });

  test('the stopped are forgotten after an hour, the lost after a day', () => {
    const known = registry();
    known.heartbeat(beat('a'), start);
    known.heartbeat(beat('b'), start);
    known.stopped('a', 'scaled down', start);
    known.exited('b', 'exit code 1', start);
    known.tick(start + 3_600 * second);
    expect(known.list().map((agent) => agent.instanceId)).toEqual(['b']);
    known.tick(start + 86_400 * second);
    expect(known.takeRemoved()).toEqual(['a', 'b']);
    expect(known.poolNames()).toEqual([]);
  });
});

describe('pools', () => {
  test('an agent that moves is in its newest pool, and says so', () => {
    const known = registry();
    known.heartbeat(beat('a'), start);
    known.heartbeat(beat('a', { pool: 'writer' }), start + second);
    expect(known.poolNames()).toEqual(['writer']);
    expect(known.counts('writer').live).toBe(1);
    expect(known.get('a')?.connectivityReason).toBe('moved from pool "reader" to "writer" (the newest word wins)');
  });

  test('telemetry under another name does not move an agent that beats', () => {
    const known = registry();
    known.heartbeat(beat('a'), start);
    known.contact(telemetry('a', 'reader-service'), start + second);
    expect(known.get('a')?.pool).toBe('reader');
  });
});

describe('time that JAEGIS missed', () => {
  test('after a restart nobody is lost before a full period of grace', () => {
    const before = registry();
    before.heartbeat(beat('a'), start);
    before.heartbeat(beat('gone'), start);
    before.exited('gone', 'exit code 1', start + second);
    const after = registry();
    const later = start + 3_600 * second;
    after.restore(JSON.parse(JSON.stringify(before.list())), later);
    // Opening ports took 20 s: nobody listened before the first look.
    const first = later + 20 * second;
    const connectivityAt = (s: number) => {
      after.tick(first + s * second);
      return after.get('a')?.connectivity;
    };
    connectivityAt(0);
    expect(connectivityAt(44)).toBe('live');
    expect(after.get('gone')?.connectivity).toBe('lost');
    expect(connectivityAt(46)).toBe('suspect');
    expect(connectivityAt(149)).toBe('suspect');
    expect(connectivityAt(150)).toBe('lost');
    expect(state(after, 'a')).toBe('lost: no heartbeat for 63 min (expected every 30 s)');
    expect(state(after, 'gone')).toBe('lost: exit code 1');
  });

  describe('after a restart the hung are told from the late by when the others come back', () => {
    const names = Array.from({ length: 21 }, (_, i) => `agent-${i}`);
    /** When agent-0, which never comes back, is called lost; the i-th of the others comes back after `comesAt(i)` seconds. */
    const lostAt = (comesAt: (i: number) => number): { hung: number; othersLost: number } => {
      const before = registry({ heartbeatIntervalMs: 6 * second });
      for (const name of names) before.heartbeat(beat(name), start);
      const after = registry({ heartbeatIntervalMs: 6 * second });
      const later = start + 60 * second;
      after.restore(JSON.parse(JSON.stringify(before.list())), later);
      const lost = new Map<string, number>();
      for (let s = 0; s <= 200; s++) {
        const now = later + s * second;
        for (const [i, name] of names.entries())
          if (i > 0 && s >= comesAt(i) && (s - comesAt(i)) % 6 === 0) after.heartbeat(beat(name), now);
        after.tick(now);
        for (const name of names) if (after.get(name)?.connectivity === 'lost' && !lost.has(name)) lost.set(name, s);
      }
      return { hung: lost.get('agent-0') ?? Number.NaN, othersLost: lost.size - 1 };
    };

    test('where they come at once it takes five of its intervals', () => {
      expect(lostAt((i) => 1 + (i % 6))).toEqual({ hung: 30, othersLost: 0 });
    });

    test('where they come late it takes twice as long as the latest, and nobody who comes is lost', () => {
      expect(lostAt((i) => 14 + 2 * i)).toEqual({ hung: 108, othersLost: 0 });
    });

    test('where nobody comes it takes two minutes', () => {
      expect(lostAt(() => 1_000)).toEqual({ hung: 120, othersLost: 20 });
    });
  });

  test('a tick after a long stall excuses everybody', () => {
    const known = registry({ stallAfterMs: 15_000 });
    known.heartbeat(beat(), start);
    known.tick(start + second);
    known.tick(start + 7_200 * second);
    expect(known.get('reader-1')?.connectivity).toBe('live');
  });

  test('a stand-still is silence of nobody, however often there is one; silence before and after it is', () => {
    const known = registry({ stallAfterMs: 3 * second });
    const ticks = (from: number, to: number) => {
      for (let at = from; at <= to; at++) known.tick(start + at * second);
    };
    known.heartbeat(beat(), start);
    // 20 s of looking, 60 s of standing still, 20 s, 60 s, 20 s: 60 s of silence that was seen.
    for (const from of [0, 80, 160]) ticks(from, from + 20);
    expect(state(known)).toBe('suspect: no heartbeat for 3 min (expected every 30 s)');
    expect(known.beatLetters('reader-1')).toBe('om');
    ticks(181, 209);
    expect(known.get('reader-1')?.connectivity).toBe('suspect');
    ticks(210, 210);
    expect(known.get('reader-1')?.connectivity).toBe('lost');
  });

  test('a clock set back is harmless, and silence is noticed afterwards', () => {
    const known = registry();
    known.heartbeat(beat(), start);
    const back = start - 3_600 * second;
    known.tick(back);
    expect(known.get('reader-1')?.connectivity).toBe('live');
    known.tick(back + 91 * second);
    expect(state(known)).toBe('lost: no heartbeat for 91 s (expected every 30 s)');
  });
});

describe('commands', () => {
  test('wait for the next heartbeat and are given once', () => {
    const known = registry();
    known.heartbeat(beat(), start);
    const command = known.command('reader-1', 'drain', 'scale down', start + second);
    expect(known.heartbeat(beat(), start + 2 * second)).toMatchObject({ answer: { commands: [command] } });
    expect(known.heartbeat(beat(), start + 3 * second)).toMatchObject({ answer: { commands: [] } });
    expect(known.command('nobody', 'drain', '', start)).toBeUndefined();
  });

  test('the oldest of more than 16 gives way, and stale ones are not given', () => {
    const known = registry();
    known.heartbeat(beat(), start);
    for (let i = 0; i < 20; i++) known.command('reader-1', 'pause', `number ${i}`, start);
    expect(known.dropped.commands).toBe(4);
    const result = known.heartbeat(beat(), start + 601 * second);
    expect(result).toMatchObject({ answer: { commands: [] } });
    expect(known.dropped.commands).toBe(20);
  });
});

describe('what others are told', () => {
  test('in portions, each once and as it is when it is taken', () => {
    const known = registry();
    for (let i = 0; i < 5; i++) known.heartbeat(beat(`a${i}`), start);
    const taken = (limit?: number) =>
      known.takeChanged(limit).map(({ instanceId, status }) => `${instanceId} ${status}`);
    expect(taken(2)).toEqual(['a0 ok', 'a1 ok']);
    for (const i of [0, 3]) known.heartbeat(beat(`a${i}`, { status: 'busy' }), start + second);
    expect(taken(2)).toEqual(['a2 ok', 'a3 busy']);
    expect(taken()).toEqual(['a4 ok', 'a0 busy']);
    expect(taken(2)).toEqual([]);
  });

  test('an ordinary beat is no news; a change of state or a real change of score is', () => {
    const known = registry();
    known.heartbeat(beat(), start);
    known.takeChanged();
    known.heartbeat(beat(), start + 30 * second);
    expect(known.takeChanged()).toEqual([]);
    const assessment = { health: 'healthy', score: 98, parts: {}, reasons: [] } as const;
    known.assess('reader-1', assessment, start + 31 * second);
    expect(known.takeChanged()).toHaveLength(1);
    known.assess('reader-1', { ...assessment, score: 96 }, start + 36 * second);
    expect(known.takeChanged()).toEqual([]);
    expect(known.get('reader-1')?.score).toBe(96);
    known.assess('reader-1', { ...assessment, score: 90 }, start + 41 * second);
    expect(known.takeChanged()).toHaveLength(1);
    expect(known.listTouchedSince(start + 41 * second)).toHaveLength(1);
  });

  test('metrics come with the time of the beat that brought them', () => {
    const known = registry();
    known.heartbeat(beat('reader-1', { metrics: { queue_length: 3 } }), start);
    known.heartbeat(beat(), start + 30 * second);
    expect(known.metricsOf('reader-1')).toEqual({ queue_length: { value: 3, at: start } });
    expect(known.metricsOf('nobody')).toEqual({});
  });
});
