import { serverOptions } from './server-options.ts';

// A variable with a slip in its name has no effect, and nobody would know. The nearest name is the one that has most
// words in common, and among those the fewest letters to change (Levenshtein).

const prefix = 'JAEGIS_';
/** What the command line, the agents' SDK and their supervisor read beside the options of the server. */
const others = ['CONFIG', 'URL', 'INSTANCE_ID', 'POOL', 'SUPERVISED', 'OWNER', 'REGION', 'ZONE', 'CONFIG_HASH'];
/** What our own tests and builds read. */
const ours = /^(?:BENCH_.*|SEEDS|CHECK|VERSION|CRASH_WRITER)$/;
/** What Kubernetes tells every container of a service that is called `jaegis` or `jaegis-...`. */
const serviceLinks = /(?:^|_)(?:SERVICE_HOST|SERVICE_PORT.*|PORT_\d+_(?:TCP|UDP).*)$/;

/** The same for a service's port: `JAEGIS_PORT=tcp://10.0.0.1:4300` is no port that somebody chose. */
export const isServiceLink = (value: string | undefined): boolean => /^(?:tcp|udp|sctp):\/\//.test(value ?? '');

/** A line for each `JAEGIS_...` that nothing reads, in the order of their names: what it is, and which name is nearest. */
export function unknownEnvironment(environment: Readonly<Record<string, string | undefined>>): string[] {
  const known = [...Object.keys(serverOptions).map((name) => name.toUpperCase()), ...others];
  return Object.keys(environment)
    .filter((name) => name.startsWith(prefix) && !isServiceLink(environment[name]))
    .map((name) => name.slice(prefix.length))
    .filter((name) => !known.includes(name) && !ours.test(name) && !serviceLinks.test(name))
    .sort()
    .map((name) => {
      const nearest = nearestOf(name, known);
      const advice =
        nearest === undefined ? 'see jaegis up --help for those there are' : `nearest is ${prefix}${nearest}`;
      return `Ignored environment ${prefix}${name}: nothing reads it, ${advice}`;
    });
}

/** `undefined` where every name would have to be changed by more than half and shares no word. */
function nearestOf(name: string, known: readonly string[]): string | undefined {
  const words = name.split('_');
  const shared = (other: string) => other.split('_').filter((word) => words.includes(word)).length;
  const [best] = known
    .map((other) => ({ other, shared: shared(other), far: distance(name, other) }))
    .sort((a, b) => b.shared - a.shared || a.far - b.far);
  const close = known.toSorted((a, b) => distance(name, a) - distance(name, b))[0];
  if (close !== undefined && distance(name, close) <= 2) return close;
  return best !== undefined && (best.shared > 0 || best.far <= name.length / 2) ? best.other : undefined;
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
