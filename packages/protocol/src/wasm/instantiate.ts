/** The part of WebAssembly's JavaScript interface that is used here; the types of Node leave it out. */
interface WasmInterface {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
}

export interface WasmMemory {
  /** Another one after `grow`, which empties the old one. */
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

export const wasmPageBytes = 2 ** 16;

const { Module, Instance } = (globalThis as unknown as { WebAssembly: WasmInterface }).WebAssembly;

/** Compiles a module; each call of what is returned gives its exports with a memory of their own. */
export function compile<Exports>(bytes: Uint8Array): () => Exports {
  const module = new Module(bytes);
  return () => new Instance(module).exports as Exports;
}
