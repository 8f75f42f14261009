import { afterEach, expect, it } from 'vitest';
import { chooseTheme, followTheme, theme } from './theme';

afterEach(() => chooseTheme('system'));

it('goes along with what is chosen in another page', () => {
  followTheme();
  localStorage.setItem('chatapp.theme', 'dark');
  window.dispatchEvent(new StorageEvent('storage', { key: 'chatapp.theme', newValue: 'dark' }));
  expect(theme.get()).toBe('dark');
  expect(document.documentElement.dataset.theme).toBe('dark');
  localStorage.removeItem('chatapp.theme');
  window.dispatchEvent(new StorageEvent('storage', { key: 'chatapp.theme', newValue: null }));
  expect(theme.get()).toBe('system');
  expect(document.documentElement.dataset.theme).toBeUndefined();
});
