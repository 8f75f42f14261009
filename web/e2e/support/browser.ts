import { existsSync } from 'node:fs';

const args = ['--disable-gpu', '--disable-quic'];

/** Debian's Chromium: all of it, and what there is of it for programs alone, without windows. */
const whole = '/usr/bin/chromium';
const headless = '/usr/lib/chromium/chromium-headless-shell';

/** The first of these that is there, else Playwright's own. */
function launched(...programs: string[]) {
  const executablePath = programs.find((program) => existsSync(program));
  return { launchOptions: { ...(executablePath ? { executablePath } : {}), args } };
}

/** What most tests run in: it draws and runs a page as the other does, in two thirds of the time. */
export const browser = {
  browserName: 'chromium' as const,
  locale: 'en-US',
  ...launched(headless, whole),
};

/** The browser as people have it, for what they do first, for what is measured, and for what depends on more than a page. */
export const wholeBrowser = launched(whole);
