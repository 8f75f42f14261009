import 'fake-indexeddb/auto';
import { beforeEach, expect, it, vi } from 'vitest';
import { IndexedSnapshots } from './snapshots';

beforeEach(() => new IndexedSnapshots().clear());

it('keeps what was seen from one visit to the next', async () => {
  const visit = new IndexedSnapshots();
  await visit.begin('mina', { username: 'mina' });
  await visit.put('mina', 'list', [1, 2]);
  const later = new IndexedSnapshots();
  expect(await later.person()).toEqual({ username: 'mina' });
  expect(await later.get('mina', 'list')).toEqual([1, 2]);
  expect(await later.get('mina', 'other')).toBeUndefined();
});

it('shows nobody what was somebody else’s', async () => {
  const snapshots = new IndexedSnapshots();
  await snapshots.begin('mina', { username: 'mina' });
  await snapshots.put('mina', 'list', [1]);
  await snapshots.begin('ada', { username: 'ada' });
  expect(await snapshots.get('ada', 'list')).toBeUndefined();
  expect(await snapshots.get('mina', 'list')).toBeUndefined();
});

it('keeps nothing after the end', async () => {
  const snapshots = new IndexedSnapshots();
  await snapshots.begin('mina', { username: 'mina' });
  await snapshots.put('mina', 'list', [1]);
  await snapshots.clear();
  expect(await snapshots.person()).toBeUndefined();
  expect(await snapshots.get('mina', 'list')).toBeUndefined();
});

it('does without where storage is forbidden', async () => {
  vi.stubGlobal('indexedDB', undefined);
  const snapshots = new IndexedSnapshots();
  await snapshots.begin('mina', {});
  await snapshots.put('mina', 'list', [1]);
  expect(await snapshots.get('mina', 'list')).toBeUndefined();
});
