/** Ids that sort by time and are unique in one data folder: `d-lx3k2p9a-1c`. `used` only ever grows. */
export function idMaker(): (prefix: string, now: number) => string {
  let counter = 0;
  return (prefix, now) => {
    counter++;
    return `${prefix}-${now.toString(36)}-${counter.toString(36)}`;
  };
}
