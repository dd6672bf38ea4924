/** One server-sent event. */
export interface ServerEvent {
  readonly id: string;
  readonly event: string;
  readonly data: string;
}

/** Longer than this without an end is not ours; dropped, so that a broken sender cannot fill the memory. */
const maxPendingCharacters = 8_000_000;

/**
 * Reads a stream of server-sent events from pieces of text cut anywhere (WHATWG HTML, 9.2.6). Comments are ignored,
 * `retry` is not used, an event without data is not an event.
 */
export class SseParser {
  #pending = '';
  #data: string[] = [];
  #event = '';
  #id = '';

  push(text: string): ServerEvent[] {
    const found: ServerEvent[] = [];
    this.#pending += text;
    let start = 0;
    for (;;) {
      const end = this.#pending.indexOf('\n', start);
      if (end < 0) break;
      const line = this.#pending.slice(start, this.#pending[end - 1] === '\r' && end > start ? end - 1 : end);
      start = end + 1;
      if (line === '') {
        if (this.#data.length > 0)
          found.push({ id: this.#id, event: this.#event || 'message', data: this.#data.join('\n') });
        this.#data = [];
        this.#event = '';
      } else this.#field(line);
    }
    this.#pending = this.#pending.slice(start);
    if (this.#pending.length > maxPendingCharacters) this.#pending = '';
    return found;
  }

  #field(line: string): void {
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const name = colon < 0 ? line : line.slice(0, colon);
    const rest = colon < 0 ? '' : line.slice(colon + 1);
    const value = rest.startsWith(' ') ? rest.slice(1) : rest;
    if (name === 'data') this.#data.push(value);
    else if (name === 'event') this.#event = value;
    else if (name === 'id' && !value.includes('\0')) this.#id = value;
  }
}
