import { z } from 'zod';
import { nameSchema } from '../heartbeat.ts';
import { quotaSchema } from './constraints-config.ts';
import { durationMs } from './duration-field.ts';
import { issueWords } from './issue-words.ts';
import { poolConfigSchema } from './pool-config.ts';
import { type ServerOptionName, serverOptions } from './server-options.ts';
import { isServiceLink } from './unknown-environment.ts';

const serverShape = Object.fromEntries(
  Object.entries(serverOptions).map(([name, option]) => [
    name,
    option.schema.optional().meta({ description: option.help }),
  ]),
) as { [Name in ServerOptionName]: z.ZodOptional<(typeof serverOptions)[Name]['schema']> };

const scrapeSchema = z.strictObject({
  job: nameSchema.meta({ description: 'Value of the `job` label.' }),
  url: z.url({ protocol: /^https?$/ }).meta({ description: 'Where the metrics page is.' }),
  interval: durationMs('How often to read it.', { min: 1_000 }).default(15_000),
  timeout: durationMs('How long to wait for it.', { min: 100 }).default(10_000),
  pool: nameSchema.optional().meta({ description: 'The pool it belongs to.' }),
  labels: z.record(z.string(), z.string()).default({}).meta({ description: 'Labels added to every sample.' }),
});

const address = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  headers: z.record(z.string(), z.string()).default({}),
});

const receiverSchema = z
  .strictObject({
    name: nameSchema.meta({ description: 'Its name, in the delivery counts.' }),
    webhook: address.optional().meta({
      description: 'Told of each incident: when it opens, gets worse, is over. The body of Alertmanager webhooks.',
    }),
    alertmanager: address.optional().meta({
      description: 'Told of each alert, again and again while it fires, by the API v2: `http://alertmanager:9093`.',
    }),
    severities: z.array(z.enum(['critical', 'warning', 'info'])).default(['critical', 'warning']),
  })
  .superRefine((receiver, context) => {
    if ((receiver.webhook === undefined) === (receiver.alertmanager === undefined))
      context.addIssue({
        code: 'custom',
        path: [],
        message: 'has both or neither of webhook and alertmanager, must have one',
      });
  });

const alertingSchema = z.strictObject({
  for: durationMs('How long a condition must hold before it fires.').default(15_000),
  resolve_after: durationMs('How long it must be gone before it resolves.').default(60_000),
  group_window: durationMs('Alerts of one pool and cause within this time are one incident.').default(300_000),
});

const evaluationSchema = z.strictObject({
  interval: durationMs('How often a group of rules is evaluated that names no interval of its own.', {
    min: 1_000,
  }).default(60_000),
  query_offset: durationMs(
    'How far in the past its expressions are evaluated, for telemetry that comes late; a group may name its own.',
  ).default(0),
  own_rules: z.boolean().default(true).meta({
    description: 'Whether JAEGIS watches itself by its own rules (docs/reference/own-rules.md).',
  }),
});

const selectors = (help: string) => z.array(z.string().min(1)).default([]).meta({ description: help });

const remoteWriteSchema = z.strictObject({
  name: nameSchema
    .optional()
    .meta({ description: 'Its name, in metrics and on disk; made from the address when left out.' }),
  url: z.url({ protocol: /^https?$/ }).meta({
    description: 'Where samples go, by Prometheus remote write: `http://prometheus:9090/api/v1/write`.',
  }),
  headers: z
    .record(z.string(), z.string())
    .default({})
    .meta({ description: 'Sent with each request, such as Authorization.' }),
  timeout: durationMs('How long to wait for an answer.', { min: 100 }).default(30_000),
  protobuf_message: z.enum(['auto', 'prometheus.WriteRequest', 'io.prometheus.write.v2.Request']).default('auto').meta({
    description:
      'The message: remote write 1.0, 2.0, or 2.0 where the receiver shows that it understands it, else 1.0.',
  }),
  send_exemplars: z.boolean().default(true).meta({
    description: 'Whether exemplars leave with the next sample of their series.',
  }),
  metadata_config: z
    .strictObject({
      send: z.boolean().default(true).meta({
        description:
          'Whether type, help and unit of metrics are told: with each series (2.0), or in requests of their own (1.0).',
      }),
      send_interval: durationMs('How often those requests are sent, and what is known is looked up anew.', {
        min: 1_000,
      }).default(60_000),
    })
    .prefault({}),
  keep: selectors('Only series that one of these selectors fits: `{__name__=~"jaegis_.*"}`.'),
  drop: selectors('No series that one of these selectors fits.'),
  queue: z
    .strictObject({
      shards: z
        .int()
        .min(1)
        .max(64)
        .default(4)
        .meta({ description: 'Requests under way at once; each series stays in one lane.' }),
      max_samples_per_send: z
        .int()
        .min(1)
        .max(50_000)
        .default(2_000)
        .meta({ description: 'Most samples of a request.' }),
      batch_deadline: durationMs('How long samples wait for a request to fill.', { min: 10 }).default(1_000),
      capacity: z.int().min(1).max(1_000_000).default(10_000).meta({
        description: 'Most samples of a lane in memory; what is beyond waits on disk.',
      }),
      min_backoff: durationMs('First wait after a failure that may pass.', { min: 1 }).default(100),
      max_backoff: durationMs('Longest wait between tries.', { min: 10 }).default(10_000),
      sample_age_limit: durationMs('Older samples are dropped and counted; 0s sends whatever its age.').default(0),
    })
    .prefault({}),
});

const storeSchema = z.strictObject({
  prometheus: z
    .strictObject({
      url: z.url({ protocol: /^https?$/ }).meta({
        description:
          'A Prometheus-compatible store that answers queries, without `/api/v1`. Feed it by remoteWrite. While it is away JAEGIS answers from what it keeps itself, and says so; rules always read what JAEGIS keeps.',
      }),
      headers: z.record(z.string(), z.string()).default({}).meta({ description: 'Sent with each question.' }),
      timeout: durationMs('How long to wait for an answer.', { min: 100 }).default(30_000),
    })
    .optional(),
});

const sections = z.strictObject({
  server: z.strictObject(serverShape).default({}),
  pools: z
    .array(poolConfigSchema)
    .superRefine((pools, context) => {
      const seen = new Set<string>();
      for (const [index, pool] of pools.entries()) {
        if (seen.has(pool.name))
          context.addIssue({ code: 'custom', path: [index, 'name'], message: `is "${pool.name}", must be unique` });
        seen.add(pool.name);
      }
    })
    .default([]),
  quotas: z.array(quotaSchema).default([]),
  scrape: z.array(scrapeSchema).default([]),
  receivers: z.array(receiverSchema).default([]),
  alerting: alertingSchema.prefault({}),
  rules: z
    .array(z.string().min(1))
    .default([])
    .meta({ description: 'Prometheus rule files, as paths or globs; relative to the configuration file.' }),
  remoteWrite: z.array(remoteWriteSchema).default([]),
  store: storeSchema.prefault({}),
  evaluation: evaluationSchema.prefault({}),
  external_labels: z
    .record(z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/), z.string())
    .default({})
    .meta({
      description: 'Labels that tell this JAEGIS from others: in templates, in remote write, in alerts sent on.',
    }),
  links: z
    .array(z.strictObject({ source: nameSchema, target: nameSchema }))
    .default([])
    .meta({ description: 'Links that no span will show.' }),
});

/** jaegis.yaml. Unknown keys are errors. */
export const jaegisConfigSchema = sections.superRefine((config, context) => {
  for (const [index, quota] of config.quotas.entries()) {
    const shared = config.pools.filter((pool) => quota.pools.includes(pool.name));
    const unknown = quota.pools.find((name) => !config.pools.some((pool) => pool.name === name));
    const least = shared.reduce((sum, pool) => sum + pool.replicas.min, 0);
    const issue = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: ['quotas', index, path], message });
    if (unknown !== undefined) issue('pools', `has ${JSON.stringify(unknown)}, must name pools of this file`);
    if (least > quota.replicas)
      issue('replicas', `is ${quota.replicas}, must be >= the minimum of its pools together (${least})`);
  }
});

export type JaegisConfig = z.output<typeof jaegisConfigSchema>;
export type ScrapeConfig = z.output<typeof scrapeSchema>;
export type ReceiverConfig = z.output<typeof receiverSchema>;
export type RemoteWriteConfig = z.output<typeof remoteWriteSchema>;
export type AlertingConfig = z.output<typeof alertingSchema>;

/** Server options after flag, environment and file have been laid over the defaults. */
export type ServerOptions = {
  readonly [Name in ServerOptionName]:
    | z.output<(typeof serverOptions)[Name]['schema']>
    | (Name extends 'token' ? undefined : never);
};

export type ConfigResult =
  | { readonly ok: true; readonly config: JaegisConfig }
  | { readonly ok: false; readonly error: string };

/** Checks what was read from a file. The error names the first wrong field: `Cannot parse pool "analysts": replicas.min is 5, must be <= replicas.max (3)`. */
export function parseConfig(input: unknown): ConfigResult {
  const result = jaegisConfigSchema.safeParse(input ?? {});
  if (result.success) return { ok: true, config: result.data };
  const issue = result.error.issues[0]!;
  return { ok: false, error: describeIssue(issue, input) };
}

function describeIssue(issue: z.core.$ZodIssue, input: unknown): string {
  const [first, place] = issue.path;
  if (first !== 'pools' || typeof place !== 'number') return `Cannot parse configuration: ${issueWords(issue, input)}`;
  const pool = (input as { pools?: { name?: unknown }[] }).pools?.[place];
  const subject = typeof pool?.name === 'string' ? `pool ${JSON.stringify(pool.name)}` : `pool ${place + 1}`;
  return `Cannot parse ${subject}: ${issueWords(issue, input, 2)}`;
}

/** The effective server options. Later sources win: defaults, file, environment, flags. The first wrong one is named. */
export function resolveServerOptions(sources: {
  readonly file: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly flags: Readonly<Record<string, unknown>>;
}): { ok: true; options: ServerOptions } | { ok: false; error: string } {
  const options: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(serverOptions)) {
    const environmentName = `JAEGIS_${name.toUpperCase()}`;
    const told = sources.environment[environmentName];
    const given: [string, unknown][] = [
      [`flag --${name.replaceAll('_', '-')}`, sources.flags[name]],
      [`environment ${environmentName}`, isServiceLink(told) ? undefined : told],
    ];
    const [where, raw] = given.find(([, value]) => value !== undefined) ?? ['', undefined];
    if (raw === undefined && sources.file[name] !== undefined) {
      options[name] = sources.file[name];
      continue;
    }
    const value = raw ?? option.default;
    const parsed = value === undefined ? undefined : option.schema.safeParse(value);
    if (parsed !== undefined && !parsed.success) {
      return { ok: false, error: `Cannot use ${where}: ${issueWords(parsed.error.issues[0]!, value)}` };
    }
    options[name] = parsed?.data;
  }
  return { ok: true, options: options as unknown as ServerOptions };
}
