import { cleanup } from '@testing-library/react';
import { afterEach, beforeAll } from 'vitest';
import { speak, speakMore } from '@/i18n/languages';
import { pretendLayout } from './layout';

pretendLayout();
beforeAll(async () => {
  await speak('en');
  await speakMore();
});
afterEach(cleanup);
