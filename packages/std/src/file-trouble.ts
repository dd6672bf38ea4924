const troubles: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'it may not be read',
};

/** Why a file cannot be read, in words; `error` is what reading it threw. */
export function fileTrouble(error: unknown): string {
  const code = (error as { readonly code?: unknown }).code;
  if (typeof code !== 'string') return String(error);
  return troubles[code] === undefined ? code : `${troubles[code]} (${code})`;
}
