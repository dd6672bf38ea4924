import type { ProcessTargetConfig, ReplicaSize } from '@jaegis/model';
import type { BackoffOptions, Clock, Rng } from '@jaegis/std';
import type { TargetEvent } from '../target.ts';
import type { ProcessLimit } from './process-limit.ts';
import type { ProcessSystem } from './process-system.ts';

export interface ProcessTargetOptions {
  readonly pool: string;
  readonly config: ProcessTargetConfig;
  readonly clock: Clock;
  readonly rng: Rng;
  /** Holds `processes/` (what runs) and `output/` (what it wrote). One JAEGIS at a time may use it. */
  readonly dataDir: string;
  /** Passed on to every process: PATH, HOME and the like, JAEGIS_URL, JAEGIS_TOKEN, OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly baseEnv: Readonly<Record<string, string | undefined>>;
  /** What a relative `cwd` starts from. */
  readonly configDir: string;
  /** Shared by all pools of the server. */
  readonly limit: ProcessLimit;
  /** True once the instance serves, e.g. has sent a heartbeat since `startedAt`. Left out: it is ready when it has lived for 1 s. */
  readonly isReady?: (instanceId: string, startedAt: number) => boolean;
  /** True when a draining instance knows SIGUSR2 as "go on" (the SDK says so). Left out: none does. */
  readonly canReturn?: (instanceId: string) => boolean;
  readonly onEvent?: (event: TargetEvent) => void;
  /** From start to ready at most, then it is replaced. Default 120 s. */
  readonly startTimeoutMs?: number;
  /** Waits between restarts. Default 500 ms doubling up to 60 s, with jitter. */
  readonly restart?: BackoffOptions;
  /** Ready for this long, earlier crashes are forgotten. Default 60 s. */
  readonly stableMs?: number;
  /** A process's output file is rotated above this size; one previous is kept. Default 4 MiB. */
  readonly outputBytesMax?: number;
  /** What a process may use, held to by control groups; left out: nothing is limited. */
  readonly size?: ReplicaSize;
  /** For tests: where control groups are found. Default `/proc`. */
  readonly proc?: string;
  /** For tests: another operating system. */
  readonly system?: ProcessSystem;
}
