const pitch = 4;
const heights: Readonly<Record<string, number>> = { o: 8, b: 12, d: 6, e: 16 };
const words: Readonly<Record<string, string>> = { o: 'ok', b: 'busy', d: 'draining', e: 'error', m: 'missed' };

interface Drawn {
  readonly paths: Readonly<Record<string, string>>;
  readonly label: string;
}

// The same thirty letters come again and again; ten thousand rows share a few hundred drawings.
const drawings = new Map<string, Drawn>();
const keptDrawings = 4_000;

function draw(beats: string, slots: number): Drawn {
  const name = `${slots}${beats}`;
  const known = drawings.get(name);
  if (known !== undefined) return known;
  const paths: Record<string, string> = {};
  const shown = beats.slice(-slots);
  const counts: Record<string, number> = {};
  for (let i = 0; i < shown.length; i++) {
    const letter = shown[i]!;
    const x = (slots - shown.length + i) * pitch;
    counts[letter] = (counts[letter] ?? 0) + 1;
    // A missed beat is a low gap with a line under it, so that it is seen without its colour.
    const height = heights[letter];
    const piece = height === undefined ? `M${x} 14.500h3` : `M${x + 1.5} 16v-${height}`;
    const key = height === undefined ? 'm' : letter;
    paths[key] = (paths[key] ?? '') + piece;
  }
  const label =
    shown === ''
      ? 'No heartbeats yet'
      : `Last ${shown.length} heartbeats: ${Object.entries(counts)
          .map(([letter, count]) => `${count} ${words[letter] ?? letter}`)
          .join(', ')}`;
  const drawn = { paths, label };
  if (drawings.size >= keptDrawings) drawings.clear();
  drawings.set(name, drawn);
  return drawn;
}

/** The last thirty heartbeats, oldest to newest: height and colour say what each one said. */
export function Beats({ beats, slots = 30 }: { beats: string; slots?: number }) {
  const { paths, label } = draw(beats, slots);
  return (
    <svg
      className="beats"
      viewBox={`0 0 ${slots * pitch} 16`}
      width={slots * pitch}
      height="16"
      role="img"
      aria-label={label}
    >
      {Object.entries(paths).map(([letter, path]) => (
        <path key={letter} className={`beat-${letter}`} d={path} />
      ))}
    </svg>
  );
}
