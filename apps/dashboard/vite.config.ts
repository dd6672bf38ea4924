import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// Built to dist and served by the server on its own port and origin. No inline scripts, so that a strict
// content security policy holds; small assets stay files for the same reason.
export default defineConfig({
  base: '/',
  plugins: [react()],
  resolve: { conditions: ['source', 'module', 'browser', 'import', 'default'] },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: true,
    chunkSizeWarningLimit: 2_000,
  },
});
