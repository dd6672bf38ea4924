import { gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** Below this a packed file saves less than a packet. */
const packedFrom = 1_400;

/** Each script and sheet once more as gzip: the server gives that to whoever takes it, a third of the bytes. */
function packed(): Plugin {
  return {
    name: 'packed',
    apply: 'build',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        for (const [fileName, file] of Object.entries(bundle)) {
          const source = file.type === 'chunk' ? file.code : file.source;
          if (source.length < packedFrom || !/\.(?:js|css)$/.test(fileName)) continue;
          this.emitFile({ type: 'asset', fileName: `${fileName}.gz`, source: gzipSync(source, { level: 9 }) });
        }
      },
    },
  };
}

// Built to dist and served by the server on its own port and origin. No inline scripts, so that a strict
// content security policy holds; small assets stay files for the same reason.
export default defineConfig({
  base: '/',
  plugins: [react(), packed()],
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
