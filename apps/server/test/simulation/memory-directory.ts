import type { StorageDirectory } from '@jaegis/tsdb';

interface MemoryFile {
  bytes: Uint8Array;
  size: number;
}

/** A folder that lives as long as the test: what was appended is there after a crash of the server, as on a real disk. */
export function memoryDirectory(): StorageDirectory {
  const files = new Map<string, MemoryFile>();
  const fileOf = (name: string): MemoryFile => {
    const known = files.get(name);
    if (known !== undefined) return known;
    const made = { bytes: new Uint8Array(4_096), size: 0 };
    files.set(name, made);
    return made;
  };
  return {
    list: async () => [...files.keys()],
    read: async (name) => fileOf(name).bytes.slice(0, fileOf(name).size),
    size: async (name) => fileOf(name).size,
    write: async (name, bytes) => void files.set(name, { bytes: bytes.slice(), size: bytes.length }),
    remove: async (name) => void files.delete(name),
    openAppend: async (name) => {
      const file = fileOf(name);
      return {
        append: async (bytes) => {
          if (file.size + bytes.length > file.bytes.length) {
            const larger = new Uint8Array(2 * (file.size + bytes.length));
            larger.set(file.bytes.subarray(0, file.size));
            file.bytes = larger;
          }
          file.bytes.set(bytes, file.size);
          file.size += bytes.length;
        },
        sync: async () => {},
        close: async () => {},
        truncate: async (size) => {
          file.size = size;
        },
      };
    },
  };
}
