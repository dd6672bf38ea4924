/**
 * The stores that the `tsdb` suite measures beside each other, each as its own process on loopback with an empty folder:
 * ours (the built CLI), VictoriaMetrics and Prometheus as they come from the system's packages. One that is absent is
 * told by name and left out. What a process costs is read from the kernel, not from what it says of itself.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { folderBytes } from './folder-bytes.ts';
import { freePort } from './free-port.ts';
import { cliPath, until } from './running-server.ts';

export type PeerName = 'jaegis' | 'victoria-metrics' | 'prometheus';

export interface Peer {
  readonly name: PeerName;
  readonly url: string;
  readonly folder: string;
  readonly pid: number;
  /** CPU seconds used since its start, of all its threads. */
  cpuSeconds(): number;
  /** Resident memory in bytes. */
  memoryBytes(): number;
  /** Bytes in its data folder. */
  diskBytes(): number;
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Removes its folder; call after `stop`. */
  discard(): void;
}

/** Where a program of the system is, or `undefined`. */
export function programPath(name: string): string | undefined {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly readyPath: string;
}

/** Where a store sends on what it takes. */
export interface Forwarding {
  readonly url: string;
  /** The remote-write message; Prometheus 2 knows only the first. */
  readonly message: 'prometheus.WriteRequest' | 'io.prometheus.write.v2.Request';
}

/** Starts a store and waits until it is ready; `undefined` when its program is absent. */
export async function startPeer(
  name: PeerName,
  flags: readonly string[] = [],
  forwarding?: Forwarding,
): Promise<Peer | undefined> {
  if (name === 'jaegis' ? !existsSync(cliPath) : programPath(name) === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), `jaegis-bench-${name}-`));
  const port = await freePort();
  const launch = await launchOf(name, { folder, port, forwarding });
  const child = spawn(launch.command, [...launch.args, ...flags], { stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr?.on('data', (bytes: Buffer) => {
    if (errors.length < 10_000) errors += bytes.toString();
  });
  const url = `http://127.0.0.1:${port}`;
  await until(
    async () => {
      if (child.exitCode !== null) throw new Error(`${name} ended with code ${child.exitCode}: ${errors}`);
      const answer = await fetch(`${url}${launch.readyPath}`).catch(() => undefined);
      return answer?.ok === true;
    },
    { what: `${name} to be ready`, timeoutMs: 60_000 },
  );
  return peerOf({ name, url, folder, child });
}

async function launchOf(
  name: PeerName,
  at: { folder: string; port: number; forwarding: Forwarding | undefined },
): Promise<Launch> {
  const { folder, port, forwarding } = at;
  if (name === 'victoria-metrics')
    return {
      command: programPath(name)!,
      args: [
        `-storageDataPath=${folder}/data`,
        `-httpListenAddr=127.0.0.1:${port}`,
        '-retentionPeriod=2y',
        '-loggerLevel=ERROR',
        '-search.latencyOffset=0s',
      ],
      readyPath: '/health',
    };
  if (name === 'prometheus') {
    writeFileSync(
      join(folder, 'prometheus.yml'),
      forwarding === undefined ? '' : `remote_write: [{ url: "${forwarding.url}" }]\n`,
    );
    return {
      command: programPath(name)!,
      args: [
        `--config.file=${folder}/prometheus.yml`,
        `--storage.tsdb.path=${folder}/data`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--web.enable-remote-write-receiver',
        '--web.enable-admin-api',
        '--log.level=error',
      ],
      readyPath: '/-/ready',
    };
  }
  const [otlp, grpc] = [await freePort(), await freePort()];
  const config = join(folder, 'jaegis.yaml');
  writeFileSync(
    config,
    forwarding === undefined
      ? '{}\n'
      : `remoteWrite: [{ name: sink, url: "${forwarding.url}", protobuf_message: ${forwarding.message} }]\n`,
  );
  return {
    command: process.execPath,
    args: [
      ...(process.env['JAEGIS_BENCH_NODE_OPTIONS'] ?? '').split(' ').filter((flag) => flag !== ''),
      cliPath,
      'up',
      '--config',
      config,
      '--port',
      `${port}`,
      '--otlp-http-port',
      `${otlp}`,
      '--otlp-grpc-port',
      `${grpc}`,
      '--data-dir',
      `${folder}/data`,
      '--log-level',
      'error',
      '--series-limit-per-pool',
      '1000000',
    ],
    readyPath: '/readyz',
  };
}

function peerOf(given: { name: PeerName; url: string; folder: string; child: ChildProcess }): Peer {
  const { child, folder } = given;
  const pid = child.pid!;
  return {
    name: given.name,
    url: given.url,
    folder,
    pid,
    cpuSeconds: () => cpuSecondsOf(pid),
    memoryBytes: () =>
      Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1_024,
    diskBytes: () => folderBytes(join(folder, 'data')),
    stop: (signal = 'SIGTERM') =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) return resolve();
        child.once('exit', () => resolve());
        child.kill(signal);
      }),
    discard: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The kernel counts in hundredths of a second on Linux. */
const ticksPerSecond = 100;

/** User and system time of a process, all threads, in seconds (fields 14 and 15 of its stat file). */
function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is the program's name in brackets, and may hold blanks.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}
