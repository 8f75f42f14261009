import { expect, type Locator, type Page } from '@playwright/test';

/** As someone without a mouse goes there, once it is in sight. */
export async function tabTo(
  page: Page,
  target: Locator,
  key: 'Tab' | 'Shift+Tab' = 'Tab',
): Promise<void> {
  await expect(target).toBeVisible();
  for (let stops = 0; stops < 30; stops += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press(key);
  }
  await expect(target, `can be reached with ${key}`).toBeFocused();
}

/** And opens what is there. */
export async function enter(page: Page, target: Locator): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press('Enter');
}

/** From item to item of an open menu, down to the one of this name. */
export async function moveDownTo(page: Page, name: string): Promise<void> {
  const focused = page.getByRole('menu').locator(':focus');
  await expect(focused).toHaveCount(1);
  for (;;) {
    const words = (await focused.textContent()) ?? '';
    if (words === name) return;
    await page.keyboard.press('ArrowDown');
    // The menu moves the focus a moment after the key.
    await expect(focused).not.toHaveText(words);
  }
}
