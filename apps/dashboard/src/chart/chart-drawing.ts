import uPlot from 'uplot';
import { cssColor } from './series-color.ts';

const ribbonFrom = 0.5;

/** What the drawing hooks read at each draw; kept outside of uPlot so that new data needs no new chart. */
export interface Overlay {
  ribbon: readonly (number | null)[] | undefined;
  marks: readonly { readonly at: number; readonly kind: string }[];
  now: number | undefined;
}

/** Anomaly ribbon on the floor of the plot, a hairline for each mark, and the border between past and future. */
export function drawOverlay(u: uPlot, overlay: Overlay): void {
  const { ctx, bbox } = u;
  const ratio = uPlot.pxRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  const x = (at: number) => Math.round(u.valToPos(at / 1_000, 'x', true));
  if (overlay.now !== undefined) {
    ctx.strokeStyle = cssColor('--line-strong');
    ctx.lineWidth = ratio;
    ctx.setLineDash([2 * ratio, 3 * ratio]);
    line(ctx, x(overlay.now), bbox);
    ctx.setLineDash([]);
  }
  ctx.lineWidth = ratio;
  for (const mark of overlay.marks) {
    ctx.globalAlpha = mark.kind === 'bad' ? 1 : 0.55;
    ctx.strokeStyle = cssColor(mark.kind === 'bad' ? '--bad' : '--line-strong');
    line(ctx, x(mark.at), bbox);
  }
  ctx.globalAlpha = 1;
  drawRibbon(u, overlay.ribbon, { height: 4 * ratio });
  ctx.restore();
}

function line(ctx: CanvasRenderingContext2D, x: number, bbox: uPlot.BBox): void {
  ctx.beginPath();
  ctx.moveTo(x + 0.5, bbox.top);
  ctx.lineTo(x + 0.5, bbox.top + bbox.height);
  ctx.stroke();
}

function drawRibbon(u: uPlot, scores: readonly (number | null)[] | undefined, options: { height: number }): void {
  if (scores === undefined) return;
  const { ctx, bbox } = u;
  const times = u.data[0];
  const y = bbox.top + bbox.height - options.height;
  ctx.fillStyle = cssColor('--bad');
  for (let i = 0; i < times.length; i++) {
    const score = scores[i];
    if (score === null || score === undefined || score < ribbonFrom) continue;
    const left = u.valToPos(times[Math.max(0, i - 1)]!, 'x', true);
    const right = u.valToPos(times[i]!, 'x', true);
    ctx.globalAlpha = 0.35 + 0.65 * Math.min(1, (score - ribbonFrom) / (1 - ribbonFrom));
    ctx.fillRect(left, y, Math.max(2, right - left), options.height);
  }
  ctx.globalAlpha = 1;
}
