import type { Symbols } from './symbols.ts';

/**
 * The texts of symbols, each with a place of its own, to be sent to another thread once each. A symbol that was given to
 * another text meanwhile gets another place.
 */
export class TextPlaces {
  readonly #symbols: Symbols;
  /** By symbol: its place + 1, 0 where it has none. */
  #places = new Uint32Array(1_024);
  readonly texts: string[] = [];

  constructor(symbols: Symbols) {
    this.#symbols = symbols;
  }

  placeOf(symbol: number): number {
    const text = this.#symbols.text(symbol);
    const known = this.#places[symbol] ?? 0;
    if (known > 0 && this.texts[known - 1] === text) return known - 1;
    if (symbol >= this.#places.length) {
      const longer = new Uint32Array(Math.max(symbol + 1, this.#places.length * 2));
      longer.set(this.#places);
      this.#places = longer;
    }
    this.#places[symbol] = this.texts.push(text);
    return this.texts.length - 1;
  }
}
