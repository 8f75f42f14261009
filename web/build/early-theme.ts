import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const source = fileURLToPath(new URL('../src/early-theme.js', import.meta.url));

/**
 * Puts the few lines that choose the theme into the head as a blocking script of
 * their own, so that nobody sees a white flash before the dark page. Module
 * scripts run too late for that, and the content policy allows no inline script.
 */
export function earlyTheme(): Plugin {
  let path = '/src/early-theme.js';
  return {
    name: 'chatapp:early-theme',
    apply: 'build',
    generateBundle() {
      const code = readFileSync(source, 'utf8');
      const hash = createHash('sha256').update(code).digest('base64url').slice(0, 8);
      path = `/assets/early-theme-${hash}.js`;
      this.emitFile({ type: 'asset', fileName: path.slice(1), source: code });
    },
    transformIndexHtml: {
      order: 'post',
      handler: () => [{ tag: 'script', attrs: { src: path }, injectTo: 'head-prepend' }],
    },
  };
}
