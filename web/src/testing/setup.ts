import { cleanup } from '@testing-library/react';
import { afterEach, beforeAll } from 'vitest';
import { speak, speakAlso } from '@/i18n/languages';
import { pretendLayout } from './layout';

pretendLayout();
beforeAll(async () => {
  await speak('en');
  await speakAlso('more', 'admin');
});
afterEach(cleanup);
