import { listen, lookAway, notes } from './support/sound.ts';
import { expect, test } from './support/test.ts';

test('a sound is heard when it is wanted, and not of who is muted', async ({ people }) => {
  const [ada, ben, cleo] = await people('ada', 'ben', 'cleo');
  await listen(ben.context);
  await ben.context.clock.install();
  const chat = await ben.openChat(ada);
  const { page } = chat;
  const menu = page.getByRole('button', { name: 'Account and settings' });
  const sound = page.getByRole('menuitemcheckbox', { name: 'Sound' });
  await lookAway(page);
  await ada.post(ben, 'without a sound');
  await expect(page).toHaveTitle(/^\(1\)/);
  // Past the moment in which another device may still say that it was read there.
  await page.clock.fastForward(1_000);
  expect(await notes(page)).toBe(0);

  await menu.click();
  await expect(sound).not.toBeChecked();
  await sound.click();
  await page.keyboard.press('Escape');
  await ada.post(ben, 'with one');
  await expect.poll(() => notes(page)).toBe(2);

  await page.getByRole('button', { name: 'Mute this conversation' }).click();
  await lookAway(page);
  await ada.post(ben, 'not heard');
  await chat.expectLatest('not heard');
  // What comes later is heard, so what came before would have been by now.
  await cleo.post(ben, 'heard');
  await expect.poll(() => notes(page)).toBe(4);

  await menu.click();
  await sound.click();
  await page.keyboard.press('Escape');
  await lookAway(page);
  await cleo.post(ben, 'silent again');
  await expect(page).toHaveTitle(/^\(2\)/);
  await page.reload();
  await menu.click();
  await expect(sound).not.toBeChecked();
});

test('the title counts what waits, those of muted people aside', async ({ people }) => {
  const [ada, ben, cleo] = await people('ada', 'ben', 'cleo');
  const chat = await ben.open();
  await expect(chat.page).toHaveTitle('ChatApp');
  await ada.post(ben, 'one');
  await ada.post(ben, 'two');
  await cleo.post(ben, 'three');
  await expect(chat.page).toHaveTitle(/^\(3\)/);
  await chat.person('ada').click();
  await expect(chat.page).toHaveTitle(/^\(1\)/);
  const mute = chat.page.getByRole('button', { name: 'Mute this conversation' });
  await chat.page.goto('/c/cleo/');
  await mute.click();
  await chat.page.goto('/');
  await cleo.post(ben, 'four');
  await expect(chat.person('cleo')).toContainText('four');
  await expect(chat.page).toHaveTitle('ChatApp');
});
