import { QueryClient } from '@tanstack/react-query';
import { ApiError } from '../data/api.ts';

// The last picture stays on the screen whatever happens; a refused request is not asked again by itself.
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      gcTime: 120_000,
      refetchOnWindowFocus: true,
      networkMode: 'always',
      retry: (count, error) => count < 2 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
      retryDelay: (attempt) => Math.min(4_000, 500 * 2 ** attempt),
    },
  },
});
