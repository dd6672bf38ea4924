import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { ApiError } from '../data/api.ts';

/** While a page's code is on the way. */
export function PagePending() {
  return (
    <div className="page" role="status" aria-busy="true" aria-label="Loading the page">
      <SkeletonLines count={8} />
    </div>
  );
}

export function PageFailed({ error, reset }: { error: unknown; reset?: () => void }) {
  return (
    <div className="page">
      <Problem title="This page broke" error={error} retry={reset ?? (() => location.reload())} />
    </div>
  );
}

export function NotFound() {
  return (
    <div className="page">
      <Empty title="There is no such page">
        <p>
          Perhaps the address has a slip. Go to the{' '}
          <Link className="text-link" to="/">
            overview
          </Link>
          .
        </p>
      </Empty>
    </div>
  );
}

/** Grey lines in the place of what is coming, as high as it will be. */
export function SkeletonLines({ count, height = 28 }: { count: number; height?: number }) {
  return (
    <div className="skeleton-lines" aria-hidden="true">
      {Array.from({ length: count }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they have nothing else and never change
        <div key={i} className="skeleton-line" style={{ height, ['--part' as string]: `${40 + ((i * 37) % 50)}%` }} />
      ))}
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <p className="strong">{title}</p>
      {children}
    </div>
  );
}

/** What went wrong, in the server's words, and what can be done. */
export function Problem({ title, error, retry }: { title: string; error: unknown; retry?: () => void }) {
  const isMissing = error instanceof ApiError && error.status === 404;
  return (
    <div className="problem" role="alert">
      <p className="strong">{title}</p>
      <p className="muted">{error instanceof Error ? error.message : 'Nothing more is known.'}</p>
      {retry !== undefined && !isMissing && (
        <button type="button" className="button" onClick={() => retry()}>
          Try again
        </button>
      )}
    </div>
  );
}

/** One of the four: what is there, what is coming, what failed, what is not there. */
export function Loaded<T>({
  query,
  lines = 4,
  what,
  children,
}: {
  query: { data: T | undefined; error: Error | null; refetch: () => unknown };
  lines?: number;
  what: string;
  children: (data: T) => ReactNode;
}) {
  if (query.data !== undefined) return children(query.data);
  if (query.error !== null) return <Problem title={`Cannot show ${what}`} error={query.error} retry={query.refetch} />;
  return <SkeletonLines count={lines} />;
}
