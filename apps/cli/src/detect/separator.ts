/** What stands between the cells of a table: a comma; a semicolon or a tab where its header has no comma. */
export function separatorOf(header: string): string {
  return [',', ';', '\t'].find((each) => header.includes(each)) ?? ',';
}
