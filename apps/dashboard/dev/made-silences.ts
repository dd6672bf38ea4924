import type { Alert } from '@jaegis/model';

interface MadeSilence {
  readonly id: string;
  readonly matchers: readonly { readonly value: string; readonly isRegex: boolean }[];
  readonly endsAt: string;
  readonly createdBy: string;
  readonly comment: string;
}

/** As much of Alertmanager's API as the dashboard asks: firing alerts with their silences, silences made and ended. */
export class MadeSilences {
  #silences: readonly MadeSilence[] = [];

  answer(method: string, [what, id]: readonly string[], o: { body: unknown; alerts: () => readonly Alert[] }): unknown {
    if (what === 'alerts')
      return o.alerts().map((alert) => ({
        labels: { pool: alert.pool },
        generatorURL: `http://made/incidents/${alert.incident}`,
        status: { silencedBy: this.#silences.filter((each) => fits(each, alert.pool)).map((each) => each.id) },
      }));
    if (method === 'DELETE') {
      this.#silences = this.#silences.filter((each) => each.id !== id);
      return {};
    }
    if (method === 'GET') return this.#silences;
    const made = { ...(o.body as MadeSilence), id: `s-${this.#silences.length + 1}` };
    this.#silences = [...this.#silences, made];
    return { silenceID: made.id };
  }
}

function fits({ matchers }: MadeSilence, pool: string): boolean {
  return matchers.every(({ value, isRegex }) => (isRegex ? new RegExp(`^(?:${value})$`).test(pool) : value === pool));
}
