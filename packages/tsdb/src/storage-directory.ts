/**
 * The folder in which the store keeps its log: flat names, no sub-folders. `store` implements it on files, and
 * `memoryDirectory` in memory with faults. Every method may reject; the store treats that as the environment failing.
 */
export interface StorageDirectory {
  list(): Promise<string[]>;
  read(name: string): Promise<Uint8Array>;
  /** Opens for appending; the file is created when it is not there. */
  openAppend(name: string): Promise<AppendFile>;
  /** Replaces the whole file: after a crash either the old bytes or the new ones are there. */
  write(name: string, bytes: Uint8Array): Promise<void>;
  remove(name: string): Promise<void>;
  size(name: string): Promise<number>;
  /** Opens a file that will not change any more. */
  openRead(name: string): Promise<ReadFile>;
  /** Gives a file another name: after a crash it has one or the other. */
  rename(from: string, to: string): Promise<void>;
}

/** A file to be read from anywhere. Reading is synchronous: a question looks into many places, a few KiB each. */
export interface ReadFile {
  readonly size: number;
  /** `length` bytes from `offset` on, in memory of their own. Throws where they are not there. */
  read(offset: number, length: number): Uint8Array;
  close(): void;
}

export interface AppendFile {
  /** Once settled, the bytes survive `kill -9` of this process. A rejection may have left a part of them behind. */
  append(bytes: Uint8Array): Promise<void>;
  /** Once settled, everything appended before survives loss of power. */
  sync(): Promise<void>;
  close(): Promise<void>;
  /** Cuts the file back to `size` bytes, to take back an append that failed half way. */
  truncate?(size: number): Promise<void>;
}
