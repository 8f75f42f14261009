import { existsSync } from 'node:fs';

const debian = '/usr/bin/chromium';

/** Debian's Chromium where there is one, else Playwright's own. */
export const browser = {
  browserName: 'chromium' as const,
  locale: 'en-US',
  launchOptions: {
    ...(existsSync(debian) ? { executablePath: debian } : {}),
    args: ['--disable-gpu', '--disable-quic'],
  },
};
