import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { discard, freePort, getJson, postJson, type RunningServer, startServerProcess, until } from '@jaegis/bench';
import { afterEach, expect, test } from 'vitest';
import { isInstalled } from './peers/peer-store.ts';

let server: RunningServer | undefined;
let folder: string | undefined;

afterEach(async () => {
  await discard(server);
  server = undefined;
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

const rules = `
groups:
  - name: queues
    interval: 1s
    rules:
      - record: pool:waiting
        expr: waiting
        labels: { unit: tasks }
      - alert: TooManyWait
        expr: pool:waiting
        for: 2s
        labels: { severity: page }
        annotations:
          summary: "{{ $labels.job }} has {{ $value | humanize }} waiting"
          runbook: "https://example.org/{{ $externalLabels.site }}"
`;

/** One value of the queue, now. */
async function say(url: string, value: number): Promise<void> {
  const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
  const point = { timeUnixNano: `${Date.now()}000000`, asDouble: value };
  const response = await postJson(`${url}/v1/metrics`, {
    resourceMetrics: [
      {
        resource: {
          attributes: [
            text('service.namespace', 'research'),
            text('service.name', 'reader'),
            text('service.instance.id', 'r-1'),
          ],
        },
        scopeMetrics: [{ metrics: [{ name: 'waiting', gauge: { dataPoints: [point] } }] }],
      },
    ],
  });
  expect(response.status).toBe(200);
}

test('a rule of a file records, fires, becomes one incident, and goes on after kill -9', async () => {
  folder = await mkdtemp(join(tmpdir(), 'jaegis-rules-'));
  await writeFile(join(folder, 'queues.yml'), rules);
  server = await startServerProcess({
    config: `rules: ["${folder}/*.yml"]\nexternal_labels: { site: lab }\nevaluation: { own_rules: false }\n`,
  });
  const { url } = server;
  await say(url, 1_500);
  const firing = async (at: string) => {
    const { data } = await getJson(`${at}/api/v1/alerts`);
    return data.alerts.find((alert: { state: string }) => alert.state === 'firing');
  };
  const alert = await until(() => firing(url), { what: 'the rule to fire', timeoutMs: 30_000 });
  expect(alert).toMatchObject({
    labels: { alertname: 'TooManyWait', job: 'research/reader', instance: 'r-1', severity: 'page', unit: 'tasks' },
    annotations: { summary: 'research/reader has 1.5k waiting', runbook: 'https://example.org/lab' },
    value: '1.5e+03',
  });
  const { data } = await getJson(`${url}/api/v1/rules`);
  expect(data.groups).toMatchObject([
    {
      name: 'queues',
      interval: 1,
      limit: 0,
      rules: [
        { name: 'pool:waiting', type: 'recording', health: 'ok', labels: { unit: 'tasks' } },
        { name: 'TooManyWait', type: 'alerting', state: 'firing', duration: 2, keepFiringFor: 0, health: 'ok' },
      ],
    },
  ]);
  const recorded = await getJson(`${url}/api/v1/query?query=pool:waiting`);
  expect(recorded.data.result).toMatchObject([
    { metric: { __name__: 'pool:waiting', unit: 'tasks' }, value: [expect.anything(), '1500'] },
  ]);
  const states = await getJson(`${url}/api/v1/query?query=ALERTS_FOR_STATE`);
  expect(Number(states.data.result[0].value[1]) * 1_000).toBe(Math.floor(Date.parse(alert.activeAt) / 1_000) * 1_000);
  const incidentOf = async () => (await getJson(`${url}/api/fleet/incidents`)).items[0];
  const incident = await until(incidentOf, { what: 'its incident', timeoutMs: 20_000 });
  expect(incident).toMatchObject({
    state: 'open',
    severity: 'critical',
    pool: 'research/reader',
    title: 'research/reader has 1.5k waiting',
    cause: { kind: 'rule' },
  });

  await server.kill();
  server = await server.restart();
  const again = await until(() => firing(url), { what: 'the rule to fire on', timeoutMs: 30_000 });
  // Active since before: neither resolved nor begun anew.
  expect(Date.parse(again.activeAt)).toBe(Math.floor(Date.parse(alert.activeAt) / 1_000) * 1_000);
  const after = await getJson(`${url}/api/fleet/incidents`);
  expect(after.items).toMatchObject([{ id: incident.id, state: 'open' }]);
});

test('an Alertmanager is told what fires and when it is over', async ({ skip }) => {
  const program = 'prometheus-alertmanager';
  if (!isInstalled(program)) skip(`${program} is not on the PATH`);
  folder = await mkdtemp(join(tmpdir(), 'jaegis-rules-'));
  await writeFile(
    join(folder, 'queues.yml'),
    rules.replace('for: 2s', 'for: 0s').replace(/expr: pool:waiting$/m, 'expr: pool:waiting > 100'),
  );
  await writeFile(join(folder, 'alertmanager.yml'), 'route: { receiver: none }\nreceivers: [{ name: none }]\n');
  const port = await freePort();
  const child = spawn(
    program,
    [
      `--config.file=${join(folder, 'alertmanager.yml')}`,
      `--storage.path=${join(folder, 'alertmanager')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
    ],
    { stdio: 'ignore' },
  );
  try {
    const alertmanager = `http://127.0.0.1:${port}`;
    server = await startServerProcess({
      config: `
rules: ["${folder}/queues.yml"]
evaluation: { own_rules: false }
alerting: { resolve_after: 1s }
receivers: [{ name: am, alertmanager: { url: "${alertmanager}" } }]
`,
    });
    const { url } = server;
    await say(url, 900);
    const told = async () => {
      const alerts = await getJson(`${alertmanager}/api/v2/alerts`).catch(() => []);
      return alerts.find((alert: { labels: Record<string, string> }) => alert.labels['alertname'] === 'TooManyWait');
    };
    const alert = await until(told, { what: 'the Alertmanager to know', timeoutMs: 30_000 });
    expect(alert).toMatchObject({
      labels: { severity: 'page', pool: 'research/reader', job: 'research/reader' },
      annotations: { summary: 'research/reader has 900 waiting' },
      status: { state: 'active' },
    });
    expect(Date.parse(alert.endsAt)).toBeGreaterThan(Date.now() + 60_000);
    await say(url, 1);
    await until(async () => (await told()) === undefined, {
      what: 'the Alertmanager to know the end',
      timeoutMs: 30_000,
    });
    const { receivers } = await getJson(`${url}/api/fleet/system`);
    expect(receivers).toMatchObject([{ name: 'am', failed: 0, lastError: '' }]);
  } finally {
    child.kill('SIGKILL');
  }
});

/** Everything of the template language whose text does not depend on the time or on the program. */
const everyFunction = [
  '{{ $value | humanize }} {{ humanizeDuration 93784 }} {{ humanize1024 123456789.0 }} {{ humanizePercentage 0.00012345 }}',
  '{{ printf "%.3e|%6.2f|%v|%5t|%-5d|%+d|%05d|%x|%X|%o|%c|%U|%q|%8.3s|" $value $value $value true 3 4 5 255 "hi" 8 65 66 "q" "abcdef" }}',
  '{{ reReplaceAll "(y)(?P<z>z)" "<$1-$z>" $labels.x }} {{ match "^y" $labels.x }} {{ title "foo-bar baz_qux" }} {{ toUpper "x" }}',
  '{{ humanizeTimestamp 1435065584.128 }} {{ toTime 1.5 }} {{ parseDuration "1h" }} {{ stripPort "a:1" }} {{ len "é" }}',
  '{{ .Labels }} {{ 1234567.0 }} {{ 1e-7 }} {{ 100000.0 }} {{ print 1 2 "x" 1.5 }} {{ args 1 "x" }} {{ slice "abcdef" 1 3 }}',
  '{{ eq 1 1 2 }} {{ and 1 0 }} {{ or "" "b" }} {{ not true }} {{ html "<a>" }} {{ urlquery "a b&c" }} {{ $labels.none }}|',
  '{{ range $i, $s := query "sort(many)" | sortByLabel "n" }}{{ if $i }}, {{ end }}{{ $i }}:{{ $s.Labels.n }}={{ $s.Value }}{{ else }}none{{ end }}',
  '{{ with query "many{n=\\"b\\"}" }}{{ . | first | value }} {{ . | first | label "n" }}{{ end }} {{- /* a remark */ -}} {{ "end" }}',
  '{{ define "t" }}<{{ .arg0 }}>{{ end }}{{ template "t" (args "in") }} {{ $x := 1 }}{{ if gt $value 4.0 }}{{ $x = 2 }}{{ end }}{{ $x }}',
];

test('rules and alerts are what the real Prometheus gives for the same file', async ({ skip }) => {
  const program = 'prometheus';
  if (!isInstalled(program)) skip(`${program} is not on the PATH`);
  folder = await mkdtemp(join(tmpdir(), 'jaegis-rules-'));
  const annotations = Object.fromEntries(everyFunction.map((text, i) => [`a${i}`, text]));
  const many = ['c', 'a', 'b'].map((n, i) => ({ record: 'many', expr: `vector(${3 - i})`, labels: { n } }));
  const group = {
    name: 'g',
    interval: '1s',
    limit: 10,
    rules: [
      ...many,
      { record: 'one', expr: 'vector(5)', labels: { x: 'yz' } },
      { alert: 'A', expr: 'one > 1', for: '1s', labels: { severity: 'page', v: '{{ $value }}' }, annotations },
      { alert: 'Never', expr: 'one > 9' },
      { record: 'twice', expr: 'many', labels: { n: 'same' } },
    ],
  };
  await writeFile(join(folder, 'r.yml'), JSON.stringify({ groups: [group] }));
  await writeFile(join(folder, 'prometheus.yml'), JSON.stringify({ rule_files: ['r.yml'] }));
  const port = await freePort();
  const child = spawn(
    program,
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: 'ignore' },
  );
  try {
    server = await startServerProcess({ config: `rules: ["${folder}/r.yml"]\nevaluation: { own_rules: false }\n` });
    const asked = async (url: string) => {
      const [rules, alerts] = await Promise.all(
        ['rules', 'alerts'].map(async (what) => (await getJson(`${url}/api/v1/${what}`)).data),
      );
      return alerts.alerts[0]?.state === 'firing' && rules.groups[0].rules[6].health === 'err' && { rules, alerts };
    };
    const both = [];
    for (const url of [`http://127.0.0.1:${port}`, server.url])
      both.push(
        await until(() => asked(url).catch(() => false as const), { what: `${url} to fire`, timeoutMs: 40_000 }),
      );
    const [theirs, ours] = both.map((each) => JSON.stringify(each, timeless, 1));
    expect(ours).toBe(theirs);
  } finally {
    child.kill('SIGKILL');
  }
});

/** Times are those of the run; where the file lies is shown in each program's own way. */
function timeless(key: string, value: unknown): unknown {
  if (key === 'file') return 'the file';
  if (['evaluationTime', 'lastEvaluation', 'activeAt'].includes(key)) return typeof value;
  // An order of keys is not a difference.
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

test('a rule file that is wrong stops the start with the field', async () => {
  folder = await mkdtemp(join(tmpdir(), 'jaegis-rules-'));
  await writeFile(join(folder, 'bad.yml'), 'groups: [{ name: g, rules: [{ alert: A, expr: up, for: 5x }] }]');
  await expect(startServerProcess({ config: `rules: ["${folder}/bad.yml"]\n` })).rejects.toThrow(
    'group "g", rule 1 (A): for is "5x", must be a duration such as 30s or 1h30m',
  );
});
