import { expect, it } from 'vitest';
import { anyDate, cleanDate, dateOf, lastPart, wayTo } from './date-path';

it('leads back from a day over its month to its year', () => {
  expect(wayTo({ year: '2026', month: '11', day: '5' })).toEqual([
    { year: '2026', month: '', day: '' },
    { year: '2026', month: '11', day: '' },
    { year: '2026', month: '11', day: '5' },
  ]);
  expect(wayTo(anyDate)).toEqual([]);
  expect(wayTo({ year: '', month: '11', day: '5' })).toEqual([]);
});

it('goes as far as an address makes sense', () => {
  const clean = (year: string, month = '', day = '') => cleanDate({ year, month, day });
  expect(clean('2026', '03', '5')).toEqual({ year: '2026', month: '3', day: '5' });
  expect(clean('2026', '13', '5')).toEqual({ year: '2026', month: '', day: '' });
  expect(clean('abc', '3', '5')).toEqual(anyDate);
  expect(clean('0')).toEqual(anyDate);
  expect(clean('', '3')).toEqual(anyDate);
});

it('says the last part only, in words', () => {
  expect(lastPart({ year: '2026', month: '', day: '' }, 'en')).toBe('2026');
  expect(lastPart({ year: '26', month: '', day: '' }, 'en')).toBe('26');
  expect(lastPart({ year: '2026', month: '11', day: '' }, 'es')).toBe('noviembre');
  expect(lastPart({ year: '2026', month: '11', day: '5' }, 'en')).toBe('5');
});

it('takes what the server counts', () => {
  expect(dateOf({ year: 2026, month: 3, count: 1 })).toEqual({
    year: '2026',
    month: '3',
    day: '',
  });
});
