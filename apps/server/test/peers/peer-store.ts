import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, getJson, until } from '@jaegis/bench';

/** A real store of another make, on a free loopback port. */
export interface PeerStore {
  readonly url: string;
  readonly writeUrl: string;
  /** Ends it, letting it write what it has taken: VictoriaMetrics keeps that in memory for seconds. */
  stop(): Promise<void>;
  /** Starts it again on the same folder and port. */
  start(): Promise<void>;
  /** Stops it and removes its folder. */
  discard(): Promise<void>;
}

export const peerPrograms = ['prometheus', 'victoria-metrics'] as const;
export type PeerProgram = (typeof peerPrograms)[number];

export function isInstalled(program: string): boolean {
  return spawnSync(program, ['--version']).error === undefined;
}

export async function startPeer(program: PeerProgram): Promise<PeerStore> {
  const folder = await mkdtemp(join(tmpdir(), `jaegis-${program}-`));
  await writeFile(join(folder, 'prometheus.yml'), 'scrape_configs: []\n');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const args =
    program === 'prometheus'
      ? [
          `--config.file=${join(folder, 'prometheus.yml')}`,
          `--storage.tsdb.path=${join(folder, 'data')}`,
          `--web.listen-address=127.0.0.1:${port}`,
          '--web.enable-remote-write-receiver',
        ]
      : [
          `-storageDataPath=${join(folder, 'data')}`,
          `-httpListenAddr=127.0.0.1:${port}`,
          '-search.latencyOffset=0s',
          '-search.disableCache',
        ];
  let child: ChildProcess | undefined;
  const peer: PeerStore = {
    url,
    writeUrl: `${url}/api/v1/write`,
    async stop() {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise((resolve) => child!.once('exit', resolve));
      child.kill('SIGTERM');
      await gone;
    },
    async start() {
      child = spawn(program, args, { stdio: 'ignore' });
      const health = program === 'prometheus' ? '/-/ready' : '/health';
      await until(async () => (await fetch(url + health).catch(() => undefined))?.ok, {
        what: `${program} to be ready`,
        timeoutMs: 60_000,
      });
    },
    async discard() {
      await peer.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  await peer.start();
  return peer;
}

/** The values that a Prometheus API gives for an expression, by one of its labels. */
export async function valuesOf(url: string, expr: string, label = 'i'): Promise<Record<string, number>> {
  const { data } = await getJson(`${url}/api/v1/query?query=${encodeURIComponent(expr)}`);
  return Object.fromEntries(
    data.result.map((each: { metric: Record<string, string>; value: [number, string] }) => [
      each.metric[label] ?? '',
      Number(each.value[1]),
    ]),
  );
}
