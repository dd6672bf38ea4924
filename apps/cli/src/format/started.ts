import { defaultUrl } from '../api/connection.ts';
import type { Paint } from './paint.ts';

export interface StartedFacts {
  readonly version: string;
  readonly url: string;
  readonly otlpHttpUrl: string;
  readonly otlpGrpcAddress: string;
  readonly dataDir: string;
  /** Set when it was made just now: the only time it is printed. */
  readonly token: string | null;
  readonly config: string | null;
  readonly pools: readonly string[];
}

/** What `jaegis up` says when it is up: where everything is, and what to try next. */
export function formatStarted(facts: StartedFacts, options: { paint: Paint; needsToken: boolean }): string {
  const { paint, needsToken } = options;
  const rows: [string, string][] = [
    ['Dashboard', paint(facts.url, 'accent')],
    ['OTLP', `${facts.otlpHttpUrl} (HTTP), ${facts.otlpGrpcAddress} (gRPC)`],
    ['Data', facts.dataDir],
  ];
  if (facts.config !== null) rows.push(['Config', facts.config]);
  if (facts.pools.length > 0) rows.push(['Pools', facts.pools.join(', ')]);
  if (facts.token !== null) rows.push(['Token', `${paint(facts.token, 'strong')}  (kept in ${facts.dataDir}/token)`]);
  else if (needsToken) rows.push(['Token', `asked for; it is in ${facts.dataDir}/token or your configuration`]);
  const tries: [string, string][] = facts.pools.includes('research/load')
    ? [
        ['npx jaegis top', 'the fleet on one screen'],
        ['npx jaegis fleet surge', 'eight times the questions: watch the readers multiply'],
        ['npx jaegis fleet kill reader', 'kill -9 a reader: watch it noticed and replaced'],
        ['npx jaegis decisions --follow', 'every decision, with its reason'],
      ]
    : [
        ['npx jaegis top', 'the fleet on one screen'],
        [`OTEL_EXPORTER_OTLP_ENDPOINT=${facts.otlpHttpUrl}`, 'in the environment of any OpenTelemetry program'],
        ['npm install @jaegis/agent', "then: const agent = await join({ pool: 'reader' })"],
      ];
  // The other commands look for a server on the usual port.
  if (facts.url !== defaultUrl)
    tries.unshift([`export JAEGIS_URL=${facts.url}`, 'the commands below find this server']);
  const width = Math.max(...tries.map(([command]) => command.length));
  const lines = [
    '',
    `${paint(`JAEGIS ${facts.version}`, 'strong')} is up.`,
    '',
    ...rows.map(([name, value]) => `  ${paint(name.padEnd(11), 'dim')}${value}`),
    '',
    'Try next',
    ...tries.map(([command, meaning]) => `  ${command.padEnd(width)}  ${paint(meaning, 'dim')}`),
    '',
    'Ctrl-C stops JAEGIS and everything it started.',
    '',
  ];
  return `${lines.join('\n')}\n`;
}
