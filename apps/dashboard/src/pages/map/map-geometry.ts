interface Point {
  readonly x: number;
  readonly y: number;
}

const cornerRadius = 8;

/** A line with rounded corners through the points. */
export function roundedPath(points: readonly Point[]): string {
  const [start, ...rest] = points;
  if (start === undefined) return '';
  let path = `M${start.x} ${start.y}`;
  let before = start;
  rest.forEach((point, i) => {
    const after = rest[i + 1];
    if (after === undefined) {
      path += `L${point.x} ${point.y}`;
    } else {
      const radius = Math.min(cornerRadius, distance(before, point) / 2, distance(point, after) / 2);
      const a = towards(point, before, radius);
      const b = towards(point, after, radius);
      path += `L${a.x} ${a.y}Q${point.x} ${point.y} ${b.x} ${b.y}`;
    }
    before = point;
  });
  return path;
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function towards(from: Point, to: Point, length: number): Point {
  const whole = distance(from, to) || 1;
  const round = (value: number) => Math.round(value * 10) / 10;
  return {
    x: round(from.x + ((to.x - from.x) / whole) * length),
    y: round(from.y + ((to.y - from.y) / whole) * length),
  };
}

/** Where a link's words stand: the middle of its longest level stretch. */
export function labelPoint(points: readonly Point[]): Point {
  let best = { length: -1, at: points[0] ?? { x: 0, y: 0 } };
  for (let i = 1; i < points.length; i++) {
    const a = points[i - 1]!;
    const b = points[i]!;
    const length = Math.abs(a.x - b.x);
    if (length > best.length) best = { length, at: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 } };
  }
  return { x: best.at.x, y: best.at.y - 6 };
}

/** Ten times the rate is one and a half pixels more. */
export function linkWidth(rate: number): number {
  return 1 + 1.5 * Math.log10(1 + Math.max(0, rate));
}

/** How well a link does: by the share of its calls that fail. */
export function linkTone(errorRate: number): 'ok' | 'warn' | 'bad' {
  return errorRate >= 0.05 ? 'bad' : errorRate >= 0.01 ? 'warn' : 'ok';
}
