import { fireEvent } from '@testing-library/react';
import { expect, test } from 'vitest';
import { renderPart } from '@/testing/render';
import { Avatar } from './avatar';

test('a picture that cannot be loaded is as good as none', () => {
  const { container } = renderPart(<Avatar username="ada" name="Ada" picture="/gone" />);
  const picture = container.querySelector('img');
  expect(picture?.getAttribute('src')).toBe('/gone');
  fireEvent.error(picture!);
  expect(container.querySelector('img')).toBeNull();
  expect(container.textContent).toBe('A');
});
