import { expect, it } from 'vitest';
import { loginPath, nextPath } from './next-path';

const origin = 'https://chat.test';

it.each([
  ['', '/'],
  ['?next=', '/'],
  ['?next=/c/ada/', '/c/ada/'],
  ['?next=%2Fc%2Fada%2F%3Fx%3D1%23y', '/c/ada/?x=1#y'],
  ['?next=https://evil.test/', '/'],
  ['?next=//evil.test/', '/'],
  ['?next=/%5Cevil.test/', '/'],
  ['?next=/%09/evil.test/', '/'],
  ['?next=/..//evil.test/', '/'],
  ['?next=javascript:alert(1)', '/'],
  ['?next=c/ada/', '/'],
  ['?next=/login/', '/'],
  ['?next=/logout/', '/'],
])('%s leads to %s', (search, path) => expect(nextPath(search, origin)).toBe(path));

it('comes back to where one was', () => {
  expect(loginPath('/')).toBe('/login/');
  expect(nextPath(loginPath('/c/a%2Fb/').slice('/login/'.length), origin)).toBe('/c/a%2Fb/');
});
