// Builds the pages into dist/portal, from where the server serves them (src/web/pages.ts).

import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  base: './',
  build: {
    outDir: '../dist/portal',
    emptyOutDir: true,
    target: 'es2022',
    // The Content-Security-Policy allows no inline content, data: images apart.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
