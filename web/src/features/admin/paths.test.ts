import { expect, it } from 'vitest';
import { placeIn, sectionPath, userPagePath } from './paths';

it.each([
  ['/admin', { section: 'overview', item: null }],
  ['/admin/', { section: 'overview', item: null }],
  ['/admin/log/', { section: 'log', item: null }],
  ['/admin/users/a%40b.c/', { section: 'users', item: 'a@b.c' }],
  ['/admin/messages/42', { section: 'messages', item: '42' }],
  ['/admin/messages/x/', null],
  ['/admin/overview/', null],
  ['/admin/log/3/', null],
  ['/admin/users/%E0%A4%A/', null],
  ['/admin/users/ada/more/', null],
  ['/admin/nothing/', null],
])('knows what is at %s', (path, place) => {
  expect(placeIn(path)).toEqual(place);
});

it('makes the addresses that it knows', () => {
  expect(placeIn(userPagePath('é/b'))).toEqual({ section: 'users', item: 'é/b' });
  expect(sectionPath('overview')).toBe('/admin/');
  expect(sectionPath('messages', { sender: 'a&b' })).toBe('/admin/messages/?sender=a%26b');
});
