import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { discard, getJson, type RunningServer, startServerProcess, until } from '@jaegis/bench';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';

const folder = join(process.cwd(), 'deploy/grafana');

interface Panel {
  readonly type: string;
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
}

interface Dashboard {
  readonly uid: string;
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition: string }[] };
  readonly panels: readonly Panel[];
}

const files = readdirSync(join(folder, 'dashboards'));
const dashboards = files.map((file) => ({
  file,
  dashboard: JSON.parse(readFileSync(join(folder, 'dashboards', file), 'utf8')) as Dashboard,
}));

/** What Grafana would put in place of its variables. */
const values = { pool: 'research/reader', agent: 'reader-1', __rate_interval: '1m', __range: '5m' };
const filled = (expr: string) =>
  expr.replace(/\$(\w+)/g, (_, name: string) => {
    if (!Object.hasOwn(values, name))
      throw new Error(`${expr} has the variable $${name}, must be one that the dashboard defines`);
    return values[name as keyof typeof values];
  });

let server: RunningServer | undefined;

beforeAll(async () => {
  server = await startServerProcess({ configPath: join(process.cwd(), 'examples/research-fleet/jaegis.yaml') });
});

afterAll(() => discard(server));

test('the dashboards are told apart, and no panel lies over another', () => {
  expect(files.sort()).toEqual(['agent.json', 'fleet.json', 'jaegis.json', 'pool.json']);
  expect(new Set(dashboards.map(({ dashboard }) => dashboard.uid)).size).toBe(4);
  for (const { dashboard } of dashboards) {
    const taken = new Set<string>();
    for (const { gridPos: at, title } of dashboard.panels)
      for (let x = at.x; x < at.x + at.w; x++)
        for (let y = at.y; y < at.y + at.h; y++) {
          expect(taken.has(`${x},${y}`), title).toBe(false);
          taken.add(`${x},${y}`);
        }
  }
  const { datasources } = parse(readFileSync(join(folder, 'provisioning/datasources/jaegis.yaml'), 'utf8'));
  expect(datasources).toMatchObject([{ uid: 'jaegis', type: 'prometheus' }]);
});

test('every expression has an answer on the example fleet', async () => {
  const { url } = server!;
  const expressions = new Map<string, string>();
  for (const { file, dashboard } of dashboards) {
    for (const { definition } of dashboard.templating.list) {
      const [, selector, label] = /^label_values\((.+), (\w+)\)$/.exec(definition)!;
      expressions.set(`group by (${label}) (${filled(selector!)})`, `${file}: ${definition}`);
    }
    for (const panel of dashboard.panels)
      for (const { expr } of panel.targets ?? []) expressions.set(filled(expr), `${file}: ${panel.title}: ${expr}`);
  }
  expect(expressions.size).toBeGreaterThan(50);
  await until(
    async () => {
      for (const expr of [...expressions.keys()]) {
        const { data } = await getJson(`${url}/api/v1/query?query=${encodeURIComponent(expr)}`);
        if (data.result.length > 0) expressions.delete(expr);
      }
      return expressions.size === 0;
    },
    { what: 'every expression to have an answer', timeoutMs: 90_000, everyMs: 2_000 },
  ).catch(() => {});
  expect([...expressions.values()]).toEqual([]);
});
