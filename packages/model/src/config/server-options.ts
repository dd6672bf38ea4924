import { z } from 'zod';
import { durationMs } from './duration-field.ts';

/**
 * Every option of the server, once. From here come the file (`server:` in jaegis.yaml), the environment
 * (`JAEGIS_DATA_DIR`), the flag (`--data-dir`), the help text and the reference page. Flag over environment over file.
 */
export const serverOptions = {
  port: { schema: port(), default: 4300, help: 'Port of the dashboard, the HTTP API and the Prometheus API.' },
  otlp_grpc_port: { schema: port(), default: 4317, help: 'Port of OTLP over gRPC.' },
  otlp_http_port: { schema: port(), default: 4318, help: 'Port of OTLP over HTTP (also served on the main port).' },
  listen: {
    schema: z.string().min(1),
    default: '127.0.0.1',
    help: 'Address to listen on. Beyond loopback every request needs the token, or --insecure.',
  },
  data_dir: {
    schema: z.string().min(1),
    default: '.jaegis',
    help: 'Folder for everything that must survive a restart.',
  },
  insecure: {
    schema: z.stringbool().or(z.boolean()),
    default: false,
    help: 'Serve beyond loopback without a token. Anyone who reaches the port can scale and stop your fleet.',
  },
  token: {
    schema: z.string().min(16),
    default: undefined,
    help: 'The bearer token to ask for. Made and printed at the first start when left out.',
  },
  log_level: {
    schema: z.enum(['debug', 'info', 'warn', 'error', 'silent']),
    default: 'info',
    help: 'How much to log to standard error.',
  },
  heartbeat_interval: {
    schema: durationMs('heartbeat', { min: 500 }),
    default: '30s',
    help: 'How often an agent is asked to beat. Suspect after 1.5 of these, lost after 3.',
  },
  supervised_heartbeat_interval: {
    schema: durationMs('heartbeat', { min: 500 }),
    default: '4s',
    help: 'The same for agents that JAEGIS itself started on this machine.',
  },
  series_limit: {
    schema: z.coerce.number().int().min(100),
    default: 1_000_000,
    help: 'Most series kept in memory; a sample for a further one is refused and counted.',
  },
  series_limit_per_pool: {
    schema: z.coerce.number().int().min(10),
    default: 200_000,
    help: 'Most series that one pool may have, so that one careless agent cannot use up the rest.',
  },
  agent_limit: {
    schema: z.coerce.number().int().min(1),
    default: 50_000,
    help: 'Most agents in the registry; a further one is refused and counted.',
  },
  watched_series_limit: {
    schema: z.coerce.number().int().min(0),
    default: 1_000_000,
    help: 'Most series from outside that anomaly detection watches, some 290 bytes each; 0 watches none of them.',
  },
  false_alarms_per_agent_week: {
    schema: z.coerce.number().min(0.001).max(1_000),
    default: 0.5,
    help: 'The alarm budget of anomaly detection: about so many false alarms an agent and week. Fewer means later.',
  },
  body_limit_bytes: {
    schema: z.coerce.number().int().min(1024),
    default: 16 * 1024 * 1024,
    help: 'Largest request body, compressed or not.',
  },
  requests_per_second_per_sender: {
    schema: z.coerce.number().min(1),
    default: 5_000,
    help: 'Most requests a second from one address; more get 429 with Retry-After.',
  },
  pending_requests_limit: {
    schema: z.coerce.number().int().min(1),
    default: 2_048,
    help: 'Most requests of telemetry that wait for their turn or for the log at once, for remote write and for OTLP each; more get 429 with Retry-After.',
  },
  query_max_samples: {
    schema: z.coerce.number().int().min(1),
    default: 50_000_000,
    help: 'Most samples that a query may read, or hold in a step of its evaluation; 16 bytes each, where all are needed at once.',
  },
  connection_limit: { schema: z.coerce.number().int().min(10), default: 20_000, help: 'Most open connections.' },
  process_limit: {
    schema: z.coerce.number().int().min(1),
    default: 1_000,
    help: 'Most processes that the process target may run at once, over all pools.',
  },
  otlp_translation_strategy: {
    schema: z.enum([
      'UnderscoreEscapingWithSuffixes',
      'UnderscoreEscapingWithoutSuffixes',
      'NoUTF8EscapingWithSuffixes',
      'NoTranslation',
    ]),
    default: 'UnderscoreEscapingWithSuffixes',
    help: "How OTLP names become Prometheus names, in Prometheus' own words: which characters are kept, and whether unit and type are appended.",
  },
  otlp_promote_resource_attributes: {
    schema: z.string(),
    default: '',
    help: 'Resource attributes, by comma, that become labels of every series of the resource (all are in target_info).',
  },
  retention_raw: {
    schema: durationMs('retention', { min: 60_000 }),
    default: '15d',
    help: 'How long samples are kept as they came.',
  },
  retention_1m: {
    schema: durationMs('retention', { min: 60_000 }),
    default: '90d',
    help: 'How long rollups of one minute (min, max, sum, count, increase) are kept.',
  },
  retention_1h: {
    schema: durationMs('retention', { min: 60_000 }),
    default: '400d',
    help: 'How long rollups of one hour are kept.',
  },
  retention_bytes: {
    schema: z.coerce.number().int().min(0),
    default: 0,
    help: 'Most bytes that blocks of metrics may take on the disk, 0 for no limit. The oldest of the largest tier go first.',
  },
  block_window: {
    schema: durationMs('window', { min: 1_000 }),
    default: '2h',
    help: 'Samples older than this, and settled, move from memory to blocks on the disk.',
  },
  out_of_order_window: {
    schema: durationMs('window'),
    default: '30m',
    help: 'How far behind the newest of its series a sample may be.',
  },
  wal_sync: {
    schema: z.enum(['second', 'batch']),
    default: 'second',
    help: 'When the log is synced to the disk: each second, or before each batch is acknowledged. Loss of power can cost what was not synced; kill -9 costs nothing either way.',
  },
  remote_write_spool_bytes: {
    schema: z.coerce
      .number()
      .int()
      .min(1024 * 1024),
    default: 1024 * 1024 * 1024,
    help: 'Disk that samples may take that remote write has not delivered yet; past it the oldest are dropped and counted.',
  },
} as const satisfies Record<string, { schema: z.ZodType; default: unknown; help: string }>;

export type ServerOptionName = keyof typeof serverOptions;

function port() {
  return z.coerce.number().int().min(0).max(65_535);
}
