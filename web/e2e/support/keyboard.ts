import { expect, type Locator, type Page } from '@playwright/test';

/** As someone without a mouse goes there. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let stops = 0; stops < 30; stops += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  await expect(target, 'can be reached with the Tab key').toBeFocused();
}

/** And opens what is there. */
export async function enter(page: Page, target: Locator): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press('Enter');
}
