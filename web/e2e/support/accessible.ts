import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

const wcag = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const looks = [
  { colorScheme: 'light', width: 1100 },
  { colorScheme: 'dark', width: 1100 },
  { colorScheme: 'light', width: 320 },
  { colorScheme: 'dark', width: 320 },
] as const;
/** The two that have least in common, for what has been looked at in all four before. */
export const few = [looks[0], looks[3]] as const;

const pictures = join(import.meta.dirname, '../../screenshots');

/**
 * Nothing to find for axe, and nothing that has to be scrolled sideways, in any
 * look. With a name, each look is also kept as a picture, for people to judge.
 */
export async function expectAccessible(
  page: Page,
  what: string,
  name?: string,
  seen: readonly (typeof looks)[number][] = looks,
): Promise<void> {
  for (const { colorScheme, width } of seen) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 720 });
    await expectStill(page);
    if (name) {
      const path = join(pictures, `${name}-${colorScheme}-${width}.png`);
      await page.screenshot({ path, animations: 'disabled' });
    }
    const { violations } = await judge(page).analyze();
    const found = violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
    expect.soft(found, `${what}, ${colorScheme}, ${width} pixels wide`).toEqual([]);
    const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect.soft(tooWide, `${what} at ${width} pixels is too wide by`).toBeLessThanOrEqual(0);
  }
}

/**
 * axe in the page itself, which it calls its legacy mode: to gather the frames
 * of other sites, of which we have none, it opens a page of its own each time.
 */
function judge(page: Page): AxeBuilder {
  const runOnly = { type: 'tag' as const, values: wcag };
  return new AxeBuilder({ page }).options({ runOnly, resultTypes: ['violations'] }).setLegacyMode();
}

/** A list that is being measured is not there to be judged; colours on their way have any contrast. */
async function expectStill(page: Page): Promise<void> {
  const moving = () =>
    page.evaluate(async () => {
      const frame = () => new Promise((next) => requestAnimationFrame(next));
      await frame();
      await frame();
      const all = document.getAnimations();
      return all.filter((animation) => animation instanceof CSSTransition).length;
    });
  await expect.poll(moving).toBe(0);
}
