import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import type { Rolldown } from 'vite';
import { defineConfig } from 'vitest/config';
import { budget } from './build/budget.ts';
import { catalogues } from './build/catalogues.ts';
import { early } from './build/early.ts';
import { fileOf } from './build/files.ts';
import { precompress } from './build/precompress.ts';
import { serviceWorker } from './build/service-worker.ts';

const server = process.env.CHATAPP_SERVER ?? 'http://127.0.0.1:8000';

const source = fileURLToPath(new URL('./src', import.meta.url));
const place = fileOf(source);

/** What every screen stands on, in one file: it compresses better so, and stays in caches when only our code changes. */
const base = {
  name: 'base',
  priority: 1,
  test: /^\0(?:rolldown|vite)\/|node_modules[\\/](?:react|react-dom|scheduler|@tanstack|wouter|@lingui|regexparam|use-sync-external-store|virtua|idb|uuid|linkify-it|uc\.micro)[\\/]/,
};

/** Our own code that more than one screen uses. */
const ours = {
  debugName: 'ours',
  name: (id: string, context: Rolldown.ChunkingContext) =>
    place(id, (module) => context.getModuleInfo(module)),
  includeDependenciesRecursively: false,
};

export default defineConfig({
  plugins: [react(), catalogues(), early(), serviceWorker(), precompress(), budget()],
  resolve: {
    alias: { '@': source },
  },
  build: {
    target: 'baseline-widely-available',
    // Every browser in the target preloads modules itself.
    modulePreload: { polyfill: false },
    // The content policy allows no data: fonts or styles, so nothing is inlined.
    assetsInlineLimit: 0,
    rolldownOptions: { output: { codeSplitting: { groups: [base, ours] } } },
  },
  server: {
    proxy: {
      '/api': server,
      '/logout': server,
      '/ws': { target: server, ws: true },
      // The page at /login/ is ours; only its form posts belong to the server.
      '/login': {
        target: server,
        bypass: (request) => (request.method === 'GET' ? '/index.html' : undefined),
      },
    },
  },
  test: {
    restoreMocks: true,
    unstubGlobals: true,
    projects: [
      {
        extends: true,
        test: {
          name: 'page',
          environment: 'happy-dom',
          include: ['src/**/*.test.{ts,tsx}'],
          setupFiles: ['src/testing/setup.ts'],
        },
      },
      { extends: true, test: { name: 'build', include: ['build/**/*.test.ts'] } },
    ],
  },
});
