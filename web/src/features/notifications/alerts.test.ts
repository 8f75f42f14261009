import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Alerts } from './alerts';
import { Muted } from './muted';

const requestPermission = vi.fn<() => Promise<NotificationPermission>>();

function browserSays(permission: NotificationPermission): void {
  vi.stubGlobal('Notification', { permission, requestPermission });
}

beforeEach(() => browserSays('default'));
afterEach(() => localStorage.clear());

it('asks only once there is a reason, and only once', () => {
  const alerts = new Alerts();
  expect(alerts.asking.get()).toBe(false);
  expect(requestPermission).not.toHaveBeenCalled();
  alerts.consider();
  expect(alerts.asking.get()).toBe(true);
  alerts.dismiss();
  alerts.consider();
  expect(alerts.asking.get()).toBe(false);
  const later = new Alerts();
  later.consider();
  expect(later.asking.get()).toBe(false);
});

it('does not ask where the answer is known', () => {
  for (const known of ['granted', 'denied'] as const) {
    browserSays(known);
    const alerts = new Alerts();
    alerts.consider();
    expect(alerts.asking.get()).toBe(false);
  }
  vi.stubGlobal('Notification', undefined);
  Reflect.deleteProperty(globalThis, 'Notification');
  const alerts = new Alerts();
  alerts.consider();
  expect(alerts.asking.get()).toBe(false);
  expect(alerts.permission.get()).toBe('unsupported');
});

it('has the browser ask after a yes', async () => {
  requestPermission.mockResolvedValue('granted');
  const alerts = new Alerts();
  alerts.consider();
  await alerts.allow();
  expect(alerts.asking.get()).toBe(false);
  expect(alerts.allowed).toBe(true);
  await alerts.toggleDesktop();
  expect(alerts.allowed).toBe(false);
  browserSays('granted');
  expect(new Alerts().allowed).toBe(false);
});

it('is silent until sound is asked for', () => {
  const alerts = new Alerts();
  expect(alerts.sound.get()).toBe(false);
  alerts.toggleSound();
  expect(new Alerts().sound.get()).toBe(true);
});

it('remembers who is muted, for each account', () => {
  const muted = new Muted('mina');
  muted.toggle('a/b');
  expect(new Muted('mina').has('a/b')).toBe(true);
  expect(new Muted('other').has('a/b')).toBe(false);
  muted.toggle('a/b');
  expect(new Muted('mina').has('a/b')).toBe(false);
  localStorage.setItem('chatapp.muted.mina', '{nonsense');
  expect(new Muted('mina').peers.get().size).toBe(0);
});

it('keeps what was chosen for the device when everything else is wiped', () => {
  const alerts = new Alerts();
  alerts.toggleSound();
  alerts.dismiss();
  localStorage.clear();
  alerts.keep();
  const later = new Alerts();
  expect(later.sound.get()).toBe(true);
  later.consider();
  expect(later.asking.get()).toBe(false);
});

it('leaves no names of muted people behind', () => {
  const muted = new Muted('mina');
  muted.toggle('ada');
  muted.clear();
  expect(muted.has('ada')).toBe(false);
  expect(new Muted('mina').has('ada')).toBe(false);
  expect(localStorage).toHaveLength(0);
});

/** What another page of the browser writes; a page does not hear of its own. */
function elsewhere(key: string, newValue: string | null): void {
  window.dispatchEvent(new StorageEvent('storage', { key, newValue }));
}

it('goes along with what is chosen in other pages, until its end', () => {
  const end = new AbortController();
  const [alerts, muted] = [new Alerts(), new Muted('mina')];
  alerts.follow(end.signal);
  muted.follow(end.signal);
  alerts.consider();
  elsewhere('chatapp.notifications.asked', 'yes');
  expect(alerts.asking.get()).toBe(false);
  browserSays('granted');
  elsewhere('chatapp.notifications', 'on');
  expect(alerts.allowed).toBe(true);
  elsewhere('chatapp.notifications', 'off');
  expect(alerts.allowed).toBe(false);
  elsewhere('chatapp.sound', 'on');
  elsewhere('chatapp.sound', null);
  expect(alerts.sound.get()).toBe(true);
  elsewhere('chatapp.muted.mina', '["ada"]');
  elsewhere('chatapp.muted.other', '["bob"]');
  expect([...muted.peers.get()]).toEqual(['ada']);
  end.abort();
  elsewhere('chatapp.muted.mina', '[]');
  expect(muted.has('ada')).toBe(true);
});
