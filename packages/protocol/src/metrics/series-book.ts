import type { Labels, MetricMetadata, ResourceIdentity, SeriesRef } from '@jaegis/model';
import { assert } from '@jaegis/std';
import { type ByteRange, IdentityTable } from '../identity-table.ts';
import { type PlainValue, readKeyValue } from '../otlp/any-value.ts';
import { labelsOfAttributes } from '../otlp/label-set.ts';
import { cut, withoutControlCharacters } from '../otlp/limits.ts';
import { type OtlpNaming, usualNaming } from '../otlp/metric-name.ts';
import { orRefusal, type Refusal, refusedByStore, type StoreRefusal } from '../otlp/refusal.ts';
import { readResourceAttributes, resourceIdentity } from '../otlp/resource.ts';
import { readText } from '../wire/utf8.ts';
import { WireReader } from '../wire/wire-reader.ts';
import { type Definition, defineMetric, metricTypeOf } from './definition.ts';
import type { CompoundSeries } from './series-writer.ts';

const maxHelp = 1_000;
const none: readonly MetricMetadata[] = [];

/** Gives a series its ref, or says why not. `MetricsStore.resolve` is one. */
export type ResolveSeries = (labels: Labels, now: number) => SeriesRef | StoreRefusal;

export interface SeriesBookOptions {
  readonly resolve: ResolveSeries;
  /** Most series identities remembered; those unused for longest are forgotten (and cost a resolution when they come back). */
  readonly maxSeries?: number;
  /** How names are made, and which resource attributes become labels. */
  readonly naming?: OtlpNaming;
  /** Makes hashes differ between processes. Any 32-bit number. */
  readonly hashSeed?: number;
}

export interface KnownResource {
  readonly id: number;
  readonly identity: ResourceIdentity | undefined;
  readonly refusal: Refusal | undefined;
  readonly targetInfo: Labels | undefined;
  /** Attributes that go with each of its series, as labels. */
  readonly promoted: Labels;
  targetInfoAt: number;
}

/**
 * Everything the metrics decoder remembers between requests: which bytes mean which resource, metric and series. Three
 * levels (resource → metric → attributes), each keyed by the one before, so that per point only its attributes are hashed.
 */
export class SeriesBook {
  readonly #resolve: ResolveSeries;
  readonly #naming: OtlpNaming;
  readonly #ids: IdentityTable;
  readonly #resourceIds: IdentityTable;
  readonly #definitionIds: IdentityTable;
  readonly #compoundIds: IdentityTable;
  readonly #resources = new Map<number, KnownResource>();
  readonly #definitions = new Map<number, Definition>();
  readonly #compounds = new Map<number, CompoundSeries>();
  readonly #range: ByteRange;
  /** Plain series: the payload is the ref itself. */
  readonly numbers: IdentityTable;
  #metadata: MetricMetadata[] = [];
  #nextId = 1;

  constructor(options: SeriesBookOptions) {
    const { maxSeries = 2_000_000, hashSeed: seed = 0x2545f491 } = options;
    const perSeriesBytes = 256;
    const table = (maxEntries: number, onDrop?: (payload: number) => void) =>
      new IdentityTable({ maxEntries, maxBytes: maxEntries * perSeriesBytes, seed, ...(onDrop && { onDrop }) });
    this.#resolve = options.resolve;
    this.#naming = options.naming ?? usualNaming;
    this.#ids = table(400_000);
    this.#resourceIds = table(200_000, (id) => this.#resources.delete(id));
    this.#definitionIds = table(200_000, (id) => this.#definitions.delete(id));
    this.#compoundIds = table(Math.max(1_000, maxSeries >>> 2), (id) => this.#compounds.delete(id));
    this.numbers = table(maxSeries);
    const empty = new Uint8Array(0);
    this.#range = { bytes: empty, view: new DataView(empty.buffer), start: 0, end: 0, hash: 0 };
  }

  resource(reader: WireReader, start: number, end: number): KnownResource {
    const range = this.#at(reader, start, end);
    const known = this.#resources.get(this.#resourceIds.find(0, 1, range));
    if (known !== undefined) return known;
    const attributes = orRefusal(() => readResourceAttributes(reader, start, end));
    const found = attributes instanceof Map ? resourceIdentity(attributes) : attributes;
    const id = this.#newId();
    const resource: KnownResource =
      'rejected' in found || !(attributes instanceof Map)
        ? { id, identity: undefined, refusal: found as Refusal, targetInfo: undefined, promoted: {}, targetInfoAt: 0 }
        : {
            id,
            identity: found,
            refusal: undefined,
            targetInfo: targetInfoLabels(found, attributes, this.#naming),
            promoted: promotedLabels(attributes, this.#naming),
            targetInfoAt: Number.NEGATIVE_INFINITY,
          };
    this.#resources.set(id, resource);
    this.#resourceIds.add(0, 1, range, id);
    return resource;
  }

  /** A number for the scope, so that metrics of one name from two libraries are told apart. */
  scope(reader: WireReader, start: number, end: number): number {
    return this.#id(0, 2, this.#at(reader, start, end));
  }

  definition(reader: WireReader, scope: number, found: MetricBytes): Definition {
    const nameId = this.#id(scope, 3, this.#at(reader, found.nameStart, found.nameEnd));
    const range = this.#at(reader, found.unitStart, found.unitEnd);
    const known = this.#definitions.get(this.#definitionIds.find(nameId, found.kind, range));
    if (known !== undefined) return known;
    const id = this.#newId();
    const raw = orRefusal(() => ({
      name: readText(reader.bytes, found.nameStart, found.nameEnd),
      unit: readText(reader.bytes, found.unitStart, found.unitEnd),
    }));
    const definition: Definition =
      'name' in raw
        ? defineMetric(id, found.kind, { ...raw, naming: this.#naming })
        : { id, kind: found.kind, name: '', refusal: raw };
    this.#definitions.set(definition.id, definition);
    this.#definitionIds.add(nameId, found.kind, range, definition.id);
    if (definition.refusal === undefined) this.#describe(reader, definition, found);
    return definition;
  }

  /** What was said of metrics since the last call: told once for each definition. */
  takeMetadata(): readonly MetricMetadata[] {
    if (this.#metadata.length === 0) return none;
    const taken = this.#metadata;
    this.#metadata = [];
    return taken;
  }

  #describe(reader: WireReader, { name, kind }: Definition, found: MetricBytes): void {
    const texts = orRefusal(() => ({
      help: cut(withoutControlCharacters(readText(reader.bytes, found.helpStart, found.helpEnd)), maxHelp),
      unit: readText(reader.bytes, found.unitStart, found.unitEnd),
    }));
    if (!('rejected' in texts)) this.#metadata.push({ name, type: metricTypeOf(kind), ...texts });
  }

  compound(resource: number, definition: number, range: ByteRange): CompoundSeries | undefined {
    return this.#compounds.get(this.#compoundIds.find(resource, definition, range));
  }

  /** Keeps the series under the identity that `compound` was just asked for. */
  keepCompound(series: CompoundSeries, key: { resource: number; definition: number; range: ByteRange }): void {
    const id = this.#newId();
    this.#compounds.set(id, series);
    this.#compoundIds.add(key.resource, key.definition, key.range, id);
  }

  /** The labels of a point, without its name: attributes, `job`, `instance`. The slow path, once per series. */
  labelsOf(resource: KnownResource, range: ByteRange): { labels: Record<string, string> } | Refusal {
    const attributes = orRefusal(() => {
      const reader = new WireReader(range.bytes);
      reader.enter(range.start, range.end);
      const read = new Map<string, PlainValue>();
      for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
        const entry = readKeyValue(reader, () => true);
        if (entry !== undefined) read.set(entry[0], entry[1]);
      }
      return read;
    });
    if (!(attributes instanceof Map)) return attributes;
    const found = labelsOfAttributes(attributes, this.#naming);
    if (!('labels' in found)) return found;
    const labels: Record<string, string> = { ...resource.promoted, ...found.labels };
    labels['job'] = resource.identity!.pool;
    labels['instance'] = resource.identity!.instanceId;
    return { labels };
  }

  resolve(labels: Labels, now: number): SeriesRef | Refusal {
    const answer = this.#resolve(labels, now);
    if (typeof answer === 'number') return answer;
    return refusedByStore(labels['__name__']!, answer);
  }

  /** Forgets series that the store has dropped; the next point of one resolves it anew. */
  forgetRefs(refs: Iterable<SeriesRef>): void {
    const gone = new Set(refs);
    if (gone.size === 0) return;
    this.numbers.forget((ref) => gone.has(ref));
    for (const [id, series] of this.#compounds) {
      if (series.refs.some((ref) => gone.has(ref))) this.#compounds.delete(id);
    }
    this.#compoundIds.forget((id) => !this.#compounds.has(id));
  }

  stats(): { series: number; resources: number; bytes: number; dropped: number } {
    const tables = [this.#ids, this.#resourceIds, this.#definitionIds, this.#compoundIds, this.numbers];
    return {
      series: this.numbers.size + this.#compounds.size,
      resources: this.#resources.size,
      bytes: tables.reduce((sum, table) => sum + table.bytes, 0),
      dropped: tables.reduce((sum, table) => sum + table.dropped, 0),
    };
  }

  #id(parent: number, kind: number, range: ByteRange): number {
    const known = this.#ids.find(parent, kind, range);
    if (known !== 0) return known;
    const id = this.#newId();
    this.#ids.add(parent, kind, range, id);
    return id;
  }

  /** Never given twice, so that what hangs on a forgotten resource can never be taken for another's. */
  #newId(): number {
    assert(this.#nextId < 0xffffffff, 'identity numbers have run out');
    return this.#nextId++;
  }

  #at(reader: WireReader, start: number, end: number): ByteRange {
    const range = this.#range;
    range.bytes = reader.bytes;
    range.view = reader.view;
    range.start = start;
    range.end = end;
    return range;
  }
}

/** Where a metric's name, unit and description are, and its kind. */
export interface MetricBytes {
  nameStart: number;
  nameEnd: number;
  unitStart: number;
  unitEnd: number;
  helpStart: number;
  helpEnd: number;
  kind: number;
}

function targetInfoLabels(
  identity: ResourceIdentity,
  attributes: ReadonlyMap<string, PlainValue>,
  naming: OtlpNaming,
): Labels {
  const rest = new Map(attributes);
  for (const key of ['service.name', 'service.namespace', 'service.instance.id', 'jaegis.pool']) rest.delete(key);
  const found = labelsOfAttributes(rest, naming);
  // A resource that describes itself at too great length is still known by its identity.
  const labels = 'labels' in found ? found.labels : {};
  return { ...labels, __name__: 'target_info', job: identity.pool, instance: identity.instanceId };
}

/** The attributes that are to go with each series, as labels. */
function promotedLabels(attributes: ReadonlyMap<string, PlainValue>, naming: OtlpNaming): Labels {
  const wanted = new Map([...attributes].filter(([key]) => naming.promote.includes(key)));
  const found = labelsOfAttributes(wanted, naming);
  return 'labels' in found ? found.labels : {};
}
