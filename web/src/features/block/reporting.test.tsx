import { screen } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { useState } from 'react';
import { beforeEach, expect, it } from 'vitest';
import { renderPart } from '@/testing/render';
import { Reporting, useReporting } from './reporting';

// happy-dom shows no dialogs.
beforeEach(() => {
  HTMLDialogElement.prototype.showModal = function () {
    this.open = true;
  };
});

function Row({ onGone }: { onGone: () => void }) {
  const report = useReporting();
  const open = () => {
    report({ id: 7, body: 'rude words' });
    onGone();
  };
  return <button onClick={open}>Report</button>;
}

/** A list whose row goes out of sight as soon as its message is reported. */
function List() {
  const [shown, setShown] = useState(true);
  return <Reporting>{shown && <Row onGone={() => setShown(false)} />}</Reporting>;
}

it('stays open when the message it is about has gone out of sight', async () => {
  renderPart(<List />);
  await userEvent.setup().click(screen.getByText('Report'));
  expect(await screen.findByText('rude words')).toBeDefined();
});
