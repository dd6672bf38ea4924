import { type PointerEvent, useCallback, useEffect, useRef, useState } from 'react';

interface View {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

const smallest = 0.15;
const largest = 2.5;
const margin = 24;

/** Pan by dragging, zoom by wheel or buttons around the pointer, fit whenever the map or the box has another size. */
export function usePanZoom(content: { width: number; height: number }) {
  const box = useRef<SVGSVGElement>(null);
  const [view, setView] = useState<View>({ x: 0, y: 0, scale: 1 });
  const drag = useRef<{ x: number; y: number; view: View; isMoved: boolean } | null>(null);
  const { width, height } = content;

  const fit = useCallback(() => {
    const element = box.current;
    if (element === null || width === 0 || height === 0) return;
    const { clientWidth, clientHeight } = element;
    const scale = Math.max(
      smallest,
      Math.min(1.1, (clientWidth - margin * 2) / width, (clientHeight - margin * 2) / height),
    );
    setView({ x: (clientWidth - width * scale) / 2, y: (clientHeight - height * scale) / 2, scale });
  }, [width, height]);

  const zoom = useCallback((factor: number, at?: { x: number; y: number }) => {
    setView((now) => {
      const scale = Math.max(smallest, Math.min(largest, now.scale * factor));
      const center = at ?? { x: (box.current?.clientWidth ?? 0) / 2, y: (box.current?.clientHeight ?? 0) / 2 };
      const ratio = scale / now.scale;
      return { scale, x: center.x - (center.x - now.x) * ratio, y: center.y - (center.y - now.y) * ratio };
    });
  }, []);

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    fit();
    const observer = new ResizeObserver(fit);
    observer.observe(element);
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      const bounds = element.getBoundingClientRect();
      zoom(Math.exp(-event.deltaY * 0.0015), { x: event.clientX - bounds.left, y: event.clientY - bounds.top });
    };
    element.addEventListener('wheel', wheel, { passive: false });
    return () => {
      observer.disconnect();
      element.removeEventListener('wheel', wheel);
    };
  }, [fit, zoom]);

  const handlers = {
    onPointerDown: (event: PointerEvent<SVGSVGElement>) => {
      if (event.button === 0) drag.current = { x: event.clientX, y: event.clientY, view, isMoved: false };
    },
    onPointerMove: (event: PointerEvent<SVGSVGElement>) => {
      const start = drag.current;
      if (start === null) return;
      const dx = event.clientX - start.x;
      const dy = event.clientY - start.y;
      if (!start.isMoved && Math.hypot(dx, dy) < 4) return;
      if (!start.isMoved) event.currentTarget.setPointerCapture(event.pointerId);
      start.isMoved = true;
      setView({ ...start.view, x: start.view.x + dx, y: start.view.y + dy });
    },
    onPointerUp: () => {
      drag.current = null;
    },
    onPointerCancel: () => {
      drag.current = null;
    },
  };
  return { box, transform: `translate(${view.x} ${view.y}) scale(${view.scale})`, fit, zoom, handlers };
}
