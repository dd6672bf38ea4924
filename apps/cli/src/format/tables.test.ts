import { describe, expect, test } from 'vitest';
import * as example from '../../test/example-fleet.ts';
import { formatAgentReport, formatAgents } from './agents.ts';
import { explainAlert, explainDecision, explainIncident } from './explain.ts';
import { formatAlerts, formatDecisions, formatIncidents } from './incidents.ts';
import { noPaint } from './paint.ts';
import { formatLinks, formatPool, formatPools } from './pools.ts';
import { formatTop } from './top.ts';

const at = (width: number) => ({ width, paint: noPaint, now: example.now });
// Local clock times differ by machine: the tests say them as HH:MM:SS.
const timeless = (text: string) => text.replace(/\d\d:\d\d:\d\d/g, 'HH:MM:SS');
const widest = (text: string) => Math.max(...text.split('\n').map((line) => [...line].length));
const narrow = at(80);

describe('at 80 columns', () => {
  test('agents', () => {
    expect(formatAgents([example.lostReader, example.healthyReader], narrow)).toMatchInlineSnapshot(`
      "AGENT                 POOL             STATE   HEALTH     SCORE    RATE     SEEN
      research-reader-77c1  research/reader  ✖ lost  ? unknown     12       –  14s ago
      research-reader-3f9a  research/reader  ● live  ● healthy     97  3.75/s   2s ago
      "
    `);
  });

  test('pools', () => {
    expect(formatPools([example.pool, example.watchedPool], narrow)).toMatchInlineSnapshot(`
      "POOL            REPLICAS    RANGE  SCORE  RATE    P95  ERRORS  QUEUE  SATURATION
      resear…/reader    2→7 +5     2-16     64  30/s  1.2 s   2.1 %     61       190 %
      checkout               1  watched    100     –      –       –      –           –
      "
    `);
    expect(formatPools([example.watchedPool], at(160))).toContain('○ watched');
    expect(formatPool(example.watchedPool, at(160))).toMatch(/^checkout +○ watched/);
  });

  test('links', () => {
    expect(formatLinks([example.link], narrow)).toMatchInlineSnapshot(`
      "SOURCE            TARGET           KIND  RATE  ERRORS     P50    P95    SEEN
      research/planner  research/reader  http  30/s     2 %  300 ms  1.3 s  1s ago
      "
    `);
  });

  test('incidents, alerts and decisions', () => {
    expect(formatIncidents([example.incident], narrow)).toMatchInlineSnapshot(`
      "INCIDENT  STATE   SEVERITY    POOL             STARTED  LASTED
      i-000007  ✖ open  ✖ critical  research/reader  30s ago     30s
          research-reader-77c1 was lost
      "
    `);
    expect(formatAlerts([example.alert], narrow)).toMatchInlineSnapshot(`
      "ALERT     STATE     SEVERITY    KIND        SUBJECT                 SINCE
      a-000011  ✖ firing  ✖ critical  agent_lost  research-reader-77c1  30s ago
          research-reader-77c1 is lost. It is being replaced.
      "
    `);
    expect(timeless(formatDecisions([example.decision], narrow))).toMatchInlineSnapshot(`
      "AT        DECISION  POOL             CHANGE  REASON    ACTION
      HH:MM:SS  d-000042  research/reader     2→7  ScaledUp  ● ready
          saturation is 1.9 (target 0.75): 30 requests/s need 8 replicas of 5/s; at
          most 5 more in 15s
      "
    `);
  });

  test('one of each', () => {
    expect(formatAgentReport(example.agentReport, narrow)).toMatchInlineSnapshot(`
      "research-reader-3f9a  ● live  ● healthy  score 97  pool research/reader
      heartbeats arrive every 4s
      - everything is as expected

      Response time  p50 190 ms, p95 241 ms, p99 260 ms, steady
      Work           3.7/s done, 100 % succeed, 1 waiting, 410/s tokens
      Errors         0 %; recovery –
      Resources      CPU 1.2 %, memory 78 MiB (19.5 % of its limit), network –
      Heartbeat      every 4s, last 2s ago, says ok
      Process        pid 4242, ready, up 5m, 0 restarts
      Version        0.1.0

      PART     SCORE  REASON
      latency     97  p95 240 ms, expected 180 to 300 ms

      What to do
      - Nothing to do.
      "
    `);
    expect(formatPool(example.pool, narrow)).toMatchInlineSnapshot(`
      "research/reader  ● auto  score 64
      - saturation is 1.9, target 0.75

      Replicas       2 ready, 5 pending, 0 draining, 7 wanted (2 to 16)
      Agents         2 live, 0 suspect, 1 lost, 0 stopped
      Target         process
      request_rate   30/s  (1s ago)
      latency_p95    1.2 s  (1s ago)
      error_rate     2.1 %  (1s ago)
      queue_length   61  (1s ago)
      saturation     190 %  (1s ago)
      Effect         accuracy 93 %, efficiency 71 %, stability 90 %, speed 96 %, short
                     0.4 %; 31 actions judged; assumed start-up time x 1.9
      Size of one    too large: 92 MiB would do, has 400 MiB; recommended only:
                     vertical.mode is recommend
      Capacity       a replica serves 10 requests/s (configured); a start: 20s
                     configured, none was seen yet
      Workload       steady: it stays within 8 % of its mean
      Sizing         sized by what waits in its queue
      Regions        eu 2→5 (the best with room; $0.12 an hour); us 0 (has not gdpr)
      Policy         balanced: 80 % of a replica used, the P80 of a forecast provided
                     for, 0.45 % of requests may be late
      Always         at least 2 while any run; serves on with 1 lost
      Last decision  d-000042, 10s ago: saturation is 1.9 (target 0.75): 30 requests/s
                     need 8 replicas of 5/s; at most 5 more in 15s
      "
    `);
  });

  test('explanations', () => {
    expect(timeless(explainDecision(example.decision, narrow))).toMatchInlineSnapshot(`
      "Decision d-000042  research/reader  2 → 7  ScaledUp
      saturation is 1.9 (target 0.75): 30 requests/s need 8 replicas of 5/s; at most 5
      more in 15s

      In plain words
      30/s came in with 2 replicas ready; one replica carries 5/s, so by requests
      alone there was work for 6. The load of that moment asked for 8, the forecast
      for 6; the highest counts: saturation 1.9 over target 0.75. Of 2 policies tried
      on its own load and not beaten there, the one that provides for "level and
      trend, +12 %" led: 6.1 replicas on average, 0.41 % late where 0.45 % was
      allowed; the next cheaper one would have used 5.2 with 1.2 % late. That was
      changed from 8 to 7: at most 5 more in 15s. So 5 more were ordered; expected
      within 4s: 86 % of the capacity in use, $0.84/h ($0.60/h more). They were ready
      after 2.1s. Afterwards 7 replicas ready, 80 % of the capacity in use: saturation
      0.8, predicted 0.86.

      What was seen at HH:MM:SS
      request_rate  30/s, 900ms old
      saturation    190 %, 900ms old
      replicas      2 ready, 0 pending, 0 draining
      capacity      5/s per replica
      start-up      3s
      workload      bursty: the peak of a day is 5 times its mean

      What was forecast
      request_rate peaks at 28/s within 18s (quantile 0.9; median 24/s) by
      damped-trend, trust 60 %

      Who wanted what
      SOURCE      REPLICAS  REASON
      reactive           8  saturation 1.9 over target 0.75
      predictive         6  p90 of the next 18s is 28/s

      What changed it on the way
      STEP   CHANGE  REASON          WHY
      limit     8→7  ScaleUpLimited  at most 5 more in 15s

      Where they run
      REGION  REPLICAS  WHY
      eu           2→7  the best with room; $0.12 an hour
      us             –  has not gdpr

      $0.84/h together, 20 ms away on average

      What it was chosen from
      Tried on this pool's own load, none beaten in cost and lateness at once; at most
      0.45 % late was allowed.
         PROVIDES FOR                COST    LATE  SHORT OF CAPACITY  USED
         the newest demand, +0 %  $0.62/h   1.2 %                2 %  95 %
      →  level and trend, +12 %   $0.73/h  0.41 %              0.8 %  82 %

      What came of it
      predicted  saturation 86 %, $0.84/h, visible HH:MM:SS
      action     ● ready
      outcome    as predicted: saturation 0.8, predicted 0.86 (took 2.1s)
      "
    `);
    expect(timeless(explainIncident(example.incident, narrow))).toMatchInlineSnapshot(`
      "Incident i-000007  ✖ open  ✖ critical  research/reader
      research-reader-77c1 was lost

      started  HH:MM:SS, 30s ago
      ended    not yet
      cause    research-reader-77c1: agent_lost, confidence 90 %
      alerts   a-000011

      Evidence
      - its process was killed by SIGKILL

      Symptoms
      - research/planner: error rate 2 %, expected below 0.5 %

      Timeline
      AT        WHAT  WHY
      HH:MM:SS  lost  killed by SIGKILL
      "
    `);
    expect(timeless(explainAlert(example.alert, narrow))).toMatchInlineSnapshot(`
      "Alert a-000011  ✖ firing  ✖ critical
      research-reader-77c1 is lost. It is being replaced.

      kind      agent_lost
      pool      research/reader
      agent     research-reader-77c1
      signal    –
      because   killed by SIGKILL
      active    HH:MM:SS
      fired     HH:MM:SS
      resolved  –
      incident  i-000007
      "
    `);
  });

  test('top', () => {
    const view = { report: example.report, pools: [example.pool], agents: [example.healthyReader, example.lostReader] };
    expect(timeless(formatTop(view, { ...narrow, height: 24 }))).toMatchInlineSnapshot(`
      "JAEGIS  ▲ degraded  score 81  HH:MM:SS
      Agents: 5 live, 0 suspect, 1 lost, 0 stopped.  1 open incident, 1 firing alert.
      - i-000007: research-reader-77c1 was lost

      POOL             REPLICAS  RANGE  SCORE  RATE    P95  ERRORS  QUEUE  SATURATION
      research/reader    2→7 +5   2-16     64  30/s  1.2 s   2.1 %     61       190 %

      AGENT                 POOL             STATE   HEALTH     SCORE    RATE     SEEN
      research-reader-77c1  research/reader  ✖ lost  ? unknown     12       –  14s ago
      research-reader-3f9a  research/reader  ● live  ● healthy     97  3.75/s   2s ago
      "
    `);
  });
});

test('nothing is wider than the terminal, from 60 columns on', () => {
  for (const width of [60, 80, 100, 132, 200]) {
    const texts = [
      formatAgents([example.lostReader, example.healthyReader], at(width)),
      formatPools([example.pool, example.watchedPool], at(width)),
      formatLinks([example.link], at(width)),
      formatIncidents([example.incident], at(width)),
      formatAlerts([example.alert], at(width)),
      formatDecisions([example.decision], at(width)),
      formatAgentReport(example.agentReport, at(width)),
      formatPool(example.pool, at(width)),
      explainDecision(example.decision, at(width)),
      explainIncident(example.incident, at(width)),
      explainAlert(example.alert, at(width)),
    ];
    for (const text of texts) expect(widest(text)).toBeLessThanOrEqual(width);
  }
});

test('a top frame is never taller than the terminal, and says what it left out', () => {
  const agents = Array.from({ length: 200 }, (_, index) => ({ ...example.healthyReader, instanceId: `r-${index}` }));
  const text = formatTop({ report: example.report, pools: [example.pool], agents }, { ...narrow, height: 24 });
  expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(24);
  expect(text).toMatch(/\+\d+ more: jaegis agents/);
});

test('empty lists say what to do', () => {
  expect(formatAgents([], narrow)).toMatch(/^No agents yet\.\nStart one: /);
  expect(formatPools([], narrow)).toMatch(/^No pools yet\.\n./);
  expect(formatLinks([], narrow)).toMatch(/^No links yet\.\n./);
  const all = [
    formatAgents([], { ...narrow, now: 0 }),
    formatPools([], narrow),
    formatLinks([], narrow),
    formatDecisions([], narrow),
  ];
  for (const line of all.join('').split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  expect(formatDecisions([], narrow)).toMatch(/^No decisions yet\.\n./);
  expect(formatIncidents([], narrow)).toMatch(/^No incidents\. /);
});

test('what others wrote cannot move the cursor', () => {
  const hostile = { ...example.healthyReader, instanceId: 'a\u001b[2Jb', reason: 'x\ny\u202e' };
  const text = formatAgents([hostile], at(Number.POSITIVE_INFINITY));
  expect(text).not.toMatch(/\u001b|\u202e/);
  expect(text.trimEnd().split('\n')).toHaveLength(2);
});
