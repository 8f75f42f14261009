import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { me, message, mine } from '@/testing/fixtures';
import { renderPart } from '@/testing/render';
import { MessageList } from './message-list';
import { emptyTimeline, reduceTimeline, type TimelineAction } from './timeline';

const onRetry = vi.fn();
const onDiscard = vi.fn();

async function show(...actions: TimelineAction[]) {
  renderPart(
    <MessageList
      timeline={actions.reduce(reduceTimeline, emptyTimeline)}
      me={me}
      name="Ada Lovelace"
      beginning={<p>The beginning</p>}
      onOlder={() => undefined}
      onNewer={() => undefined}
      onReturn={() => undefined}
      onRetry={onRetry}
      onDiscard={onDiscard}
      onAtEnd={() => undefined}
    />,
  );
  return screen.findAllByRole('article');
}

const loaded: TimelineAction = {
  type: 'loaded',
  messages: [message(1, { body: 'hello' }), mine(2, { body: '<b>hi</b>' })],
  lastSeq: 2,
};

it('reads author, text and time, in this order', async () => {
  const [first, second] = await show(loaded, { type: 'read', by: 'peer', seq: 2 });
  expect(first!.textContent).toMatch(/^Ada Lovelace said:hello.*\d/);
  expect(second!.textContent).toMatch(/^You said:<b>hi<\/b>.*\d.*Read$/);
  expect(within(first!).getByRole('time').getAttribute('datetime')).toBe(
    '2026-11-24T10:01:00.000Z',
  );
});

it('is a list in a region of its own', async () => {
  await show(loaded);
  const region = screen.getByRole('region', { name: 'Messages' });
  const list = within(region).getByRole('list');
  expect(within(list).getAllByRole('listitem').length).toBeGreaterThan(2);
  expect(within(list).getByText('The beginning')).toBeTruthy();
});

it('marks what is new', async () => {
  await show(loaded, { type: 'entered', me });
  expect(screen.getByText('New messages')).toBeTruthy();
});

it('says why something was not sent, and lets one decide', async () => {
  const outgoing = {
    clientId: 'k',
    body: 'x',
    writtenAt: 0,
    state: 'waiting',
    problem: null,
  } as const;
  await show(
    loaded,
    { type: 'queued', outgoing },
    { type: 'send failed', clientId: 'k', problem: { kind: 'refused' } },
  );
  const user = userEvent.setup();
  expect(screen.getByRole('alert').textContent).toContain('You cannot message this person.');
  await user.click(screen.getByRole('button', { name: 'Send again' }));
  expect(onRetry).toHaveBeenCalledWith('k');
  await user.click(screen.getByRole('button', { name: 'Discard' }));
  expect(onDiscard).toHaveBeenCalledWith('k');
});

it('says that something waits for the connection', async () => {
  const outgoing = {
    clientId: 'k',
    body: 'x',
    writtenAt: 0,
    state: 'waiting',
    problem: null,
  } as const;
  await show(
    loaded,
    { type: 'queued', outgoing },
    { type: 'postponed', clientId: 'k', problem: { kind: 'unreachable' } },
  );
  expect(screen.getByText(/It will be sent by itself/)).toBeTruthy();
  expect(screen.getByText('Waiting to be sent')).toBeTruthy();
});
