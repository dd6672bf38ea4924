/**
 * All silences, in Alertmanager's life cycle: a silence is made, may be changed while its matchers stay the same (other
 * matchers make a new one and end the old), ends by its time or when a person ends it, and is kept for a while to be read.
 */
import type { Labels } from '@jaegis/model';
import { fitsLabels, type Silence, silenceState, wrongMatchers } from './silence.ts';

export interface SilenceBookOptions {
  /** Most silences, expired ones included; then the oldest expired one goes, and without one a new one is refused. */
  readonly maxSilences?: number;
  /** How long an expired one can be read. Default five days, as in Alertmanager. */
  readonly keepExpiredMs?: number;
}

/** What a person gives. Without an id it is a new one. */
export interface GivenSilence extends Omit<Silence, 'id' | 'updatedAt'> {
  readonly id?: string | undefined;
}

export type SetResult =
  | { readonly ok: true; readonly silence: Silence }
  | { readonly ok: false; readonly code: 'invalid' | 'unknown' | 'full'; readonly error: string };

export class SilenceBook {
  readonly #silences = new Map<string, Silence>();
  readonly #max: number;
  readonly #keepMs: number;
  #refused = 0;

  constructor(options: SilenceBookOptions = {}) {
    this.#max = options.maxSilences ?? 2_000;
    this.#keepMs = options.keepExpiredMs ?? 5 * 86_400_000;
  }

  /** `newId` names it where it is a new one. */
  set(given: GivenSilence, { now, newId }: { now: number; newId: () => string }): SetResult {
    const startsAt = Math.max(given.startsAt, now);
    const invalid = (error: string): SetResult => ({ ok: false, code: 'invalid', error });
    if (!(given.endsAt > given.startsAt)) return invalid('start time must be before end time');
    if (!(given.endsAt > now)) return invalid("end time can't be in the past");
    const wrong = wrongMatchers(given.matchers);
    if (wrong !== undefined) return invalid(`invalid silence: ${wrong}`);
    const before = given.id === undefined ? undefined : this.#silences.get(given.id);
    if (given.id !== undefined && before === undefined)
      return { ok: false, code: 'unknown', error: `silence ${given.id} not found` };
    const { matchers, endsAt, createdBy, comment } = given;
    if (before !== undefined && silenceState(before, now) !== 'expired') {
      const isSame = JSON.stringify(before.matchers) === JSON.stringify(matchers);
      // An active one has begun when it did.
      const began = silenceState(before, now) === 'active' ? before.startsAt : startsAt;
      if (isSame) return this.#keep({ ...before, startsAt: began, endsAt, updatedAt: now, createdBy, comment });
      this.expire(before.id, now);
    }
    this.prune(now);
    if (this.#silences.size >= this.#max && !this.#dropExpired(now)) {
      this.#refused++;
      return { ok: false, code: 'full', error: `there are ${this.#max} silences already, expire some first` };
    }
    return this.#keep({ id: newId(), matchers, startsAt, endsAt, updatedAt: now, createdBy, comment });
  }

  #keep(silence: Silence): SetResult {
    this.#silences.set(silence.id, silence);
    return { ok: true, silence };
  }

  /** Ends it now. */
  expire(id: string, now: number): 'done' | 'already' | 'unknown' {
    const silence = this.#silences.get(id);
    if (silence === undefined) return 'unknown';
    if (silenceState(silence, now) === 'expired') return 'already';
    this.#silences.set(id, { ...silence, startsAt: Math.min(silence.startsAt, now), endsAt: now, updatedAt: now });
    return 'done';
  }

  get(id: string): Silence | undefined {
    return this.#silences.get(id);
  }

  list(): readonly Silence[] {
    return [...this.#silences.values()];
  }

  /** The ids of the active silences that fit these labels. */
  silencing(labels: Labels, now: number): string[] {
    const found: string[] = [];
    for (const silence of this.#silences.values())
      if (silenceState(silence, now) === 'active' && fitsLabels(silence.matchers, labels)) found.push(silence.id);
    return found;
  }

  /** Silences that found no room. */
  get refused(): number {
    return this.#refused;
  }

  /** Forgets what expired long ago. */
  prune(now: number): void {
    for (const { id, endsAt } of this.#silences.values()) if (endsAt < now - this.#keepMs) this.#silences.delete(id);
  }

  /** After a restart. */
  restore(silences: readonly Silence[]): void {
    for (const silence of silences.slice(0, this.#max)) this.#silences.set(silence.id, silence);
  }

  #dropExpired(now: number): boolean {
    const oldest = this.list()
      .filter((silence) => silenceState(silence, now) === 'expired')
      .sort((a, b) => a.endsAt - b.endsAt)[0];
    return oldest !== undefined && this.#silences.delete(oldest.id);
  }
}
