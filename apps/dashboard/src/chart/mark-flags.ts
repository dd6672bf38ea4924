import type uPlot from 'uplot';
import type { ChartMark } from './chart-types.ts';

const shapes: Readonly<Record<ChartMark['kind'], string>> = { up: '▲', down: '▼', note: '•', bad: '◆' };

/** Puts a small flag over the plot for each mark: a link that says why, reachable by keyboard. Elements are used again. */
export function placeMarks(u: uPlot, marks: readonly ChartMark[], open: (href: string) => void): void {
  let layer = u.over.querySelector<HTMLElement>('.mark-layer');
  if (layer === null) {
    layer = document.createElement('div');
    layer.className = 'mark-layer';
    layer.addEventListener('click', (event) => {
      const link = (event.target as HTMLElement).closest('a');
      const href = link?.getAttribute('href');
      if (!href || event.metaKey || event.ctrlKey) return;
      event.preventDefault();
      open(href);
    });
    // A press on a flag is a click and never the start of a drag.
    layer.addEventListener('mousedown', (event) => event.stopPropagation());
    u.over.append(layer);
  }
  const visible = marks.filter(
    (mark) => mark.at / 1_000 >= u.scales['x']!.min! && mark.at / 1_000 <= u.scales['x']!.max!,
  );
  while (layer.childElementCount > visible.length) layer.lastElementChild?.remove();
  for (let i = 0; i < visible.length; i++) {
    const mark = visible[i]!;
    let flag = layer.children[i] as HTMLAnchorElement | undefined;
    if (flag === undefined) {
      flag = document.createElement('a');
      layer.append(flag);
    }
    flag.className = `mark mark-${mark.kind}`;
    flag.textContent = shapes[mark.kind];
    flag.title = mark.title;
    flag.setAttribute('aria-label', mark.title);
    if (mark.href !== undefined) flag.href = mark.href;
    else flag.removeAttribute('href');
    flag.style.left = `${Math.round(u.valToPos(mark.at / 1_000, 'x'))}px`;
  }
}
