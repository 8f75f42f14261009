import { cleanup } from '@testing-library/react';
import { afterEach, beforeAll } from 'vitest';
import { speak } from '@/i18n/languages';
import { pretendLayout } from './layout';

pretendLayout();
beforeAll(() => speak('en'));
afterEach(cleanup);
