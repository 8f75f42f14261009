import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import type { Me } from '@/api/types';
import { fakeServer, json } from '@/testing/fake-server';
import { renderPart } from '@/testing/render';
import { PrivacySection } from './privacy-section';

const me = { username: 'ada', receipts: true, presence: true } as Me;
const receipts = () => screen.getByRole('switch', { name: 'Read receipts' });

test('a switch that the server refuses goes back, and says why', async () => {
  const { api } = fakeServer(() => json({ detail: 'x' }, 503));
  renderPart(<PrivacySection me={me} />, api);
  expect((receipts() as HTMLInputElement).checked).toBe(true);
  await userEvent.click(receipts());
  expect((await screen.findByRole('alert')).textContent).toContain('busy');
  expect((receipts() as HTMLInputElement).checked).toBe(true);
});
