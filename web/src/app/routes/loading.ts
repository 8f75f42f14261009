import { isForStrangers, isLogIn, isUnder } from '@/app/strangers';
import { speakAlso, type Part } from '@/i18n/languages';
import { screenFile } from './screen-file';

/**
 * The code of each screen, apart from the rest: whoever chats does not load the settings. What cannot be loaded is
 * reported as `MissingCode`, because the page may be older than the server by now.
 */

export class MissingCode extends Error {
  override readonly name = 'MissingCode';
}

async function loaded<T>(code: Promise<T>): Promise<T> {
  try {
    return await code;
  } catch (cause) {
    throw new MissingCode('a part of the page could not be loaded', { cause });
  }
}

export const chat = screenFile(() => loaded(import('./chat')));
export const logIn = screenFile(() => loaded(import('./log-in')));
export const account = screenFile(() => loaded(withTexts(import('./account'), 'more')));
export const settings = screenFile(() => loaded(withTexts(import('./settings'), 'more')));
export const admin = screenFile(() => loaded(withTexts(import('./admin'), 'more', 'admin')));

async function withTexts<T>(code: Promise<T>, ...parts: Part[]): Promise<T> {
  const [screen] = await Promise.all([code, speakAlso(...parts)]);
  return screen;
}

/** Starts loading what the address will show, while it is still being asked who is here. */
export async function prepare(path: string): Promise<void> {
  await fileFor(path)
    .load()
    .catch(() => undefined);
}

function fileFor(path: string): { load: () => Promise<unknown> } {
  if (isLogIn(path)) return logIn;
  if (isForStrangers(path)) return account;
  if (isUnder('/admin', path)) return admin;
  return isUnder('/settings', path) ? settings : chat;
}
