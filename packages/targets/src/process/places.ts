import type { InstancePlace, ScaleOptions } from '../target.ts';

// Which region and zone each instance of a pool belongs to. A new one goes where most are missing: the region furthest
// below what is wanted, in it the zone with the fewest. On the way down those go first whose region and zone have more
// than their part, and an idle one before a busy one as long as its zone is left with no more than one below its part (and
// not empty); regions are as ordered, busy or not. On one machine a place is only a name, told to the process in its
// environment.

const nowhere: InstancePlace = { region: null, zone: null };

export class Places {
  readonly #of = new Map<string, InstancePlace>();
  #regions: readonly { readonly name: string; readonly replicas: number }[] = [];
  #zones: readonly string[] = [];

  /** Takes what an order says of places; an order that says nothing leaves them. */
  follow(options: ScaleOptions): void {
    if (options.regions !== undefined) this.#regions = options.regions;
    if (options.zones !== undefined) this.#zones = options.zones;
  }

  of(instanceId: string): InstancePlace {
    return this.#of.get(instanceId) ?? nowhere;
  }

  /** Gives an instance a place, among those of `others` that stay. */
  assign(instanceId: string, others: readonly string[]): void {
    const taken = others.filter((id) => id !== instanceId).map((id) => this.of(id));
    const region = mostMissing(this.#regions, (name) => taken.filter((each) => each.region === name).length);
    const beside = taken.filter((each) => each.region === region);
    const zone = fewest(this.#zones, (name) => beside.filter((each) => each.zone === name).length);
    if (region !== null || zone !== null) this.#of.set(instanceId, { region, zone });
  }

  /** As it was told to a process that an earlier JAEGIS started. */
  adopt(instanceId: string, env: Readonly<Record<string, string>> | undefined): void {
    const place = { region: env?.['JAEGIS_REGION'] ?? null, zone: env?.['JAEGIS_ZONE'] ?? null };
    if (place.region !== null || place.zone !== null) this.#of.set(instanceId, place);
  }

  forget(instanceId: string): void {
    this.#of.delete(instanceId);
  }

  /** Those of `ids` (given from the first to go) that go when `count` do. */
  leaving(ids: readonly string[], count: number, isBusy: (id: string) => boolean = () => false): string[] {
    const left = new Set(ids);
    const chosen: string[] = [];
    const beside = (id: string, key: 'region' | 'zone'): number => {
      const name = this.of(id)[key];
      return [...left].filter((other) => this.of(other)[key] === name).length;
    };
    const part = (ids.length - count) / Math.max(1, this.#zones.length);
    const inRegion = (id: string): boolean => {
      const wanted = this.#regions.find((each) => each.name === this.of(id).region)?.replicas;
      return this.#regions.length === 0 || beside(id, 'region') > (wanted ?? 0);
    };
    const inZone = (id: string): boolean => this.#zones.length === 0 || beside(id, 'zone') > part;
    const nearly = (id: string): boolean => beside(id, 'zone') > Math.max(1, part - 1);
    const passes: ((id: string) => boolean)[] = [
      (id) => !isBusy(id) && inRegion(id) && inZone(id),
      (id) => !isBusy(id) && inRegion(id) && nearly(id),
      (id) => inRegion(id) && inZone(id),
      inRegion,
      inZone,
      () => true,
    ];
    for (const may of this.#regions.length + this.#zones.length === 0 ? [() => true] : passes)
      for (const id of ids) {
        if (chosen.length >= count || !left.has(id) || !may(id)) continue;
        left.delete(id);
        chosen.push(id);
      }
    return chosen;
  }

  /** Gives those of `ids` another place whose region has too many while others lack some; says who has to start anew. */
  move(ids: readonly string[]): string[] {
    const moved: string[] = [];
    const count = (name: string | null) => ids.filter((id) => this.of(id).region === name).length;
    for (const id of [...ids].reverse()) {
      const { region } = this.of(id);
      const wanted = this.#regions.find((each) => each.name === region)?.replicas ?? 0;
      const isMissing = this.#regions.some((each) => count(each.name) < each.replicas);
      if (this.#regions.length === 0 || count(region) <= wanted || !isMissing) continue;
      this.#of.delete(id);
      this.assign(id, ids);
      moved.push(id);
    }
    return moved;
  }
}

function mostMissing(
  regions: readonly { readonly name: string; readonly replicas: number }[],
  have: (name: string) => number,
): string | null {
  let found: string | null = null;
  let most = Number.NEGATIVE_INFINITY;
  for (const { name, replicas } of regions) {
    const missing = replicas - have(name);
    if (missing > most) [found, most] = [name, missing];
  }
  return found;
}

function fewest(names: readonly string[], have: (name: string) => number): string | null {
  let found: string | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const name of names) if (have(name) < least) [found, least] = [name, have(name)];
  return found;
}
