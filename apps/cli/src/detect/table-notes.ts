/** What was odd about a table, said once at its end: a few looks at each row, nothing kept but counts. */

/** Fewer rows than this are too few to learn from. */
const fewRows = 30;
/** So many rises one after the other are a counter; its fall is a restart. */
const counterRises = 24;
/** Rows come at another distance when so many of them in a row are this many times nearer or farther. */
const otherDistance = 3;
const distanceRows = 10;
/** A value so many times larger than the mean size before it is named. */
const wildTimes = 1e12;
const mostNamed = 5;

interface Column {
  readonly name: string;
  known: number;
  first: number;
  isConstant: boolean;
  last: number;
  rises: number;
  restarts: number;
  size: number;
}

export class TableNotes {
  readonly #columns: readonly Column[];
  #rows = 0;
  #infinite = 0;
  #wild = 0;
  #backwards = 0;
  #lastAt = Number.NaN;
  #gap = Number.NaN;
  #otherRun = 0;
  #otherGap = Number.NaN;
  readonly #distances: { row: number; from: number; to: number }[] = [];

  constructor(names: readonly string[]) {
    this.#columns = names.map((name) => ({
      name,
      known: 0,
      first: Number.NaN,
      isConstant: true,
      last: Number.NaN,
      rises: 0,
      restarts: 0,
      size: 0,
    }));
  }

  see(at: number, values: Float64Array): void {
    this.#rows++;
    this.#seeTime(at);
    for (let k = 0; k < values.length; k++) {
      const value = values[k]!;
      if (value - value === 0) this.#seeValue(this.#columns[k]!, value);
      else if (!Number.isNaN(value)) this.#infinite++;
    }
  }

  say(): string[] {
    const said: string[] = [];
    const columns = this.#columns;
    if (this.#rows === 0) said.push('it has no rows');
    else if (columns.every((each) => each.known === 0)) said.push('every value is missing');
    else if (this.#rows < fewRows) said.push(`it has ${this.#rows} rows, too few to learn from`);
    else {
      const missing = columns.filter((each) => each.known === 0);
      const constant = columns.filter((each) => each.known > 0 && each.isConstant);
      if (missing.length > 0) said.push(`every value of ${named(missing)} is missing`);
      if (constant.length === columns.length) said.push('it is constant');
      else if (constant.length > 0) said.push(`${named(constant)} ${constant.length === 1 ? 'is' : 'are'} constant`);
    }
    for (const each of columns.filter(({ restarts }) => restarts > 0).slice(0, mostNamed))
      said.push(`${each.name} is a counter that restarts ${each.restarts} times`);
    if (this.#infinite > 0) said.push(`${this.#infinite} infinite values were read as missing`);
    if (this.#wild > 0) said.push(`${this.#wild} values are ${wildTimes} times larger than usual`);
    if (this.#backwards > 0) said.push(`time goes back ${this.#backwards} times`);
    for (const { row, from, to } of this.#distances)
      said.push(`rows come ${from / 1_000} s apart before row ${row}, ${to / 1_000} s after it`);
    return said;
  }

  #seeTime(at: number): void {
    const gap = at - this.#lastAt;
    this.#lastAt = at;
    if (gap < 0) this.#backwards++;
    if (!(gap > 0)) return;
    if (Number.isNaN(this.#gap)) this.#gap = gap;
    const isOther = gap > otherDistance * this.#gap || gap * otherDistance < this.#gap;
    this.#otherRun = isOther && gap === this.#otherGap ? this.#otherRun + 1 : isOther ? 1 : 0;
    this.#otherGap = gap;
    if (this.#otherRun < distanceRows) return;
    if (this.#distances.length < mostNamed)
      this.#distances.push({ row: this.#rows - distanceRows, from: this.#gap, to: gap });
    this.#gap = gap;
    this.#otherRun = 0;
  }

  #seeValue(column: Column, value: number): void {
    if (++column.known === 1) column.first = value;
    else if (value !== column.first) column.isConstant = false;
    const size = Math.abs(value);
    if (column.known > fewRows && column.size > 0 && size > wildTimes * column.size) this.#wild++;
    else column.size += (size - column.size) / column.known;
    if (value < column.last) {
      if (column.rises >= counterRises) column.restarts++;
      column.rises = 0;
    } else if (value > column.last) column.rises++;
    column.last = value;
  }
}

/** The names of some columns, and how many more there are. */
function named(columns: readonly Column[]): string {
  const names = columns.slice(0, mostNamed).map((each) => each.name);
  const more = columns.length - names.length;
  return more > 0 ? `${names.join(', ')} and ${more} more` : names.join(', ');
}
