import { render, screen } from '@testing-library/react';
import { Suspense } from 'react';
import { expect, it } from 'vitest';
import { screenFile } from './screen-file';

const file = () =>
  screenFile(() =>
    Promise.resolve({ default: ({ name }: { name: string }) => <p>Hello, {name}</p> }),
  );

it('is shown at once when it is here', async () => {
  const { load, Screen } = file();
  await load();
  render(
    <Suspense fallback={<p>wait</p>}>
      <Screen name="Ada" />
    </Suspense>,
  );
  expect(screen.getByText('Hello, Ada')).toBeDefined();
});

it('is waited for when it is not', async () => {
  const { Screen } = file();
  render(
    <Suspense fallback={<p>wait</p>}>
      <Screen name="Ada" />
    </Suspense>,
  );
  expect(screen.getByText('wait')).toBeDefined();
  expect(await screen.findByText('Hello, Ada')).toBeDefined();
});
