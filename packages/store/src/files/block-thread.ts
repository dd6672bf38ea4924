/**
 * A thread that writes the blocks of a folder: begun when something is to be done, gone when nothing is, so that the
 * memory of sorting and encoding goes with it. Questions and answers are plain data; typed arrays change hands.
 */
import { existsSync, readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { type BlockThread, BlockThreadLostError, type BlockWork, BlockWorkshop } from '@jaegis/tsdb';
import { directoryAt } from './open-directory.ts';
import { zlibCompression } from './zlib-compression.ts';

interface ThreadData {
  readonly path: string;
}

interface Call {
  readonly id: number;
  readonly method: keyof BlockWork;
  readonly argument: unknown;
}

type Answer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly result?: undefined; readonly error: string };

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** Half of what a process of the same user may take from others: blocks can wait, samples cannot. */
const niceness = 10;

/** `file` is the built worker, which calls `writeBlocksInThread`; `undefined` where it is not built. */
export function blockThread(file: URL, path: string): BlockThread | undefined {
  return existsSync(fileURLToPath(file)) ? new FileBlockThread(file, path) : undefined;
}

class FileBlockThread implements BlockThread {
  readonly #file: URL;
  readonly #path: string;
  #worker: Worker | undefined;
  #waiting = new Map<number, Waiting>();
  #nextId = 1;

  constructor(file: URL, path: string) {
    this.#file = file;
    this.#path = path;
  }

  beginCut: BlockWork['beginCut'] = (job) => this.#call('beginCut', job);
  addToCut: BlockWork['addToCut'] = (piece) => this.#call('addToCut', piece);
  finishCut: BlockWork['finishCut'] = () => this.#call('finishCut', undefined);
  merge: BlockWork['merge'] = (job) => this.#call('merge', job);

  rest(): void {
    const worker = this.#worker;
    if (worker === undefined) return;
    this.#lose(worker, 'was told to stop');
    void worker.terminate();
  }

  #call<T>(method: Call['method'], argument: unknown): Promise<T> {
    this.#worker ??= this.#start();
    const worker = this.#worker;
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (result: unknown) => void, reject });
      worker.postMessage({ id, method, argument } satisfies Call, buffersIn(argument));
    });
  }

  #start(): Worker {
    const worker = new Worker(this.#file, { workerData: { path: this.#path } satisfies ThreadData });
    worker.on('message', (answer: Answer) => {
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if ('error' in answer) waiting?.reject(new Error(answer.error));
      else waiting?.resolve(answer.result);
    });
    worker.on('error', (error) => this.#lose(worker, `failed: ${error.message}`));
    worker.on('exit', (code) => this.#lose(worker, `ended with code ${code}`));
    return worker;
  }

  #lose(worker: Worker, why: string): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    const waiting = this.#waiting;
    this.#waiting = new Map();
    for (const { reject } of waiting.values()) reject(new BlockThreadLostError(`The thread that writes blocks ${why}`));
  }
}

/** The memory of all typed arrays in plain objects. */
function buffersIn(value: unknown): ArrayBuffer[] {
  if (ArrayBuffer.isView(value)) return [value.buffer as ArrayBuffer];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.values(value).flatMap(buffersIn);
}

/** The thread's side. */
export function writeBlocksInThread(): void {
  const { path } = workerData as ThreadData;
  giveWay();
  const workshop = new BlockWorkshop({
    directory: directoryAt(path),
    compression: zlibCompression,
    pause: () => Promise.resolve(),
  });
  parentPort?.on('message', ({ id, method, argument }: Call) => {
    const work = workshop[method] as (argument: unknown) => Promise<unknown>;
    work.call(workshop, argument).then(
      (result) => parentPort?.postMessage({ id, result } satisfies Answer, buffersIn(result)),
      (error: unknown) =>
        parentPort?.postMessage({ id, error: error instanceof Error ? error.message : String(error) } satisfies Answer),
    );
  });
}

/** Lets the threads that serve go first, where the system can tell threads apart (Linux). */
function giveWay(): void {
  try {
    const [thread] = readlinkSync('/proc/thread-self').split('/').slice(-1);
    setPriority(Number(thread), niceness);
  } catch {
    // It goes beside the others then.
  }
}
