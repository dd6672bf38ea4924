import { type RefCallback, useCallback, useState } from 'react';

/** How much of a long list is on the page: the first `step`, and as much again whenever its end comes near. */
export function useGrowing(length: number, step: number): { count: number; end: RefCallback<Element> } {
  const [wanted, setWanted] = useState(step);
  const count = Math.min(length, wanted);
  const end = useCallback<RefCallback<Element>>(
    (element) => {
      if (element === null) return;
      const watch = new IntersectionObserver(
        ([seen]) => seen?.isIntersecting && setWanted((now) => Math.max(now, count) + step),
        { rootMargin: '800px' },
      );
      watch.observe(element);
      return () => watch.disconnect();
    },
    [count, step],
  );
  return { count, end };
}
