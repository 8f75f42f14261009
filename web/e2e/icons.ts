import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from '@playwright/test';

const folder = join(import.meta.dirname, '../public');

/** For systems that take no drawings: notifications, and telephones' home screens. */
const icons = [
  { from: 'favicon.svg', to: 'icon-192.png', size: 192 },
  { from: 'favicon.svg', to: 'icon-512.png', size: 512 },
  { from: 'icon-maskable.svg', to: 'icon-maskable-512.png', size: 512 },
  { from: 'icon-maskable.svg', to: 'apple-touch-icon.png', size: 180 },
];

for (const { from, to, size } of icons) {
  test(to, async ({ browser }) => {
    const page = await browser.newPage({ viewport: { width: size, height: size } });
    const drawing = readFileSync(join(folder, from), 'utf8');
    await page.setContent(`<style>body{margin:0}svg{display:block;width:100vw}</style>${drawing}`);
    await page.screenshot({ path: join(folder, to), omitBackground: true });
    await page.close();
  });
}
