#!/usr/bin/env node
// Here and not in dist/, so that npm finds it to link when it installs a fresh clone, before anything is built.
import { existsSync } from 'node:fs';

const built = new URL('../dist/jaegis.js', import.meta.url);
if (existsSync(built)) await import(built.href);
else {
  console.error('Cannot run jaegis: it is not built, must be built once (npm run build)');
  process.exitCode = 2;
}
