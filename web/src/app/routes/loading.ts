import { isForStrangers, isLogIn } from '@/app/strangers';
import { speakMore } from '@/i18n/languages';

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

export const loadChat = () => loaded(import('./chat'));
export const loadLogIn = () => loaded(import('./log-in'));
export const loadAccount = () => loaded(withTexts(import('./account')));
export const loadSettings = () => loaded(withTexts(import('./settings')));

async function withTexts<T>(code: Promise<T>): Promise<T> {
  const [screen] = await Promise.all([code, speakMore()]);
  return screen;
}

/** Starts loading what the address will show, while it is still being asked who is here. */
export async function prepare(path: string): Promise<void> {
  await loaderFor(path)().catch(() => undefined);
}

function loaderFor(path: string): () => Promise<unknown> {
  if (isLogIn(path)) return loadLogIn;
  if (isForStrangers(path)) return loadAccount;
  return path.startsWith('/settings') ? loadSettings : loadChat;
}
