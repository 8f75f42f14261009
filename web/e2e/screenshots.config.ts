import { defineConfig } from '@playwright/test';
import { browser } from './support/browser.ts';

const afternoon = 16;
const hoursAhead = ((afternoon + 12 - new Date().getUTCHours()) % 24) - 12;

/** `npm run screenshots`: takes the pictures of the documentation anew, and draws the icons. */
export default defineConfig({
  testDir: '.',
  outputDir: '../test-results',
  testMatch: ['screenshots.ts', 'icons.ts'],
  reporter: 'list',
  use: {
    ...browser,
    deviceScaleFactor: 1.5,
    // Where it is the middle of the afternoon: "Etc/GMT-3" is three hours ahead.
    timezoneId: `Etc/GMT${hoursAhead > 0 ? '-' : '+'}${Math.abs(hoursAhead)}`,
  },
});
