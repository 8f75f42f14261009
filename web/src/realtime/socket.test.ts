import { beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeClock } from '@/testing/fake-clock';
import { FakeSocket } from '@/testing/fake-socket';
import { ReconnectingSocket, type SocketListener } from './socket';

const cursor = { epoch: 'e1', pos: 40 };
const event = (pos: number) => ({
  pos,
  type: 'message',
  message: String(pos),
  conversation: 'ada',
  seq: pos,
});

let clock: FakeClock;
let sockets: FakeSocket[];
let listener: { [Name in keyof SocketListener]: ReturnType<typeof vi.fn<SocketListener[Name]>> };
let socket: ReconnectingSocket;
let polls: FakeSocket[];

beforeEach(() => {
  clock = new FakeClock();
  sockets = [];
  polls = [];
  listener = {
    onOnline: vi.fn(),
    onEvent: vi.fn(),
    onGap: vi.fn(),
    onReset: vi.fn(),
    onTyping: vi.fn(),
    onPresence: vi.fn(),
    onDelivered: vi.fn(),
    onRefused: vi.fn(() => Promise.resolve(false)),
  };
  socket = new ReconnectingSocket(
    {
      url: 'ws://page.test/ws',
      open: (url, protocol) => {
        const opened = new FakeSocket(url, protocol);
        sockets.push(opened);
        return opened;
      },
      poll: (url) => {
        const opened = new FakeSocket(url, 'poll');
        polls.push(opened);
        return opened;
      },
      clock,
      random: () => 0,
    },
    listener,
  );
});

const current = () => sockets.at(-1)!;
const status = () => socket.state.get().status;
const hello = (change = {}) =>
  current().says({
    type: 'hello',
    user: 'mina',
    epoch: 'e1',
    pos: 40,
    time: '',
    ping: 20,
    ...change,
  });

function online() {
  socket.start(cursor);
  hello();
  current().says({ type: 'caught_up', pos: 40 });
}

describe('connecting', () => {
  it('asks for the subprotocol and for everything after the cursor', () => {
    socket.start({ epoch: 'a/b', pos: 7 });
    expect(current().url).toBe('ws://page.test/ws?epoch=a%2Fb&pos=7');
    expect(current().protocol).toBe('chatapp.v1');
    expect(status()).toBe('connecting');
  });

  it('starts from the present without a cursor, and resumes from what it was told', () => {
    socket.start(null);
    expect(current().url).toBe('ws://page.test/ws');
    hello({ pos: 12 });
    current().says(event(13));
    current().closes(1006);
    socket.retryNow();
    expect(current().url).toBe('ws://page.test/ws?epoch=e1&pos=13');
  });

  it('is online once the server has greeted', () => {
    socket.start(cursor);
    expect(socket.send({ type: 'ping' })).toBe(false);
    hello();
    expect(status()).toBe('online');
    expect(listener.onOnline).toHaveBeenCalledWith('mina');
    expect(socket.send({ type: 'watch', users: ['ada'] })).toBe(true);
    expect(current().sent).toEqual([{ type: 'watch', users: ['ada'] }]);
  });

  it('gives up on a server that never greets', async () => {
    socket.start(cursor);
    await clock.pass(10_000);
    expect(current().closedWith).toBe(4000);
    expect(status()).toBe('reconnecting');
    expect(listener.onRefused).toHaveBeenCalledOnce();
  });
});

describe('events', () => {
  beforeEach(online);

  it('hands each on once, in order', () => {
    [41, 42, 42, 41, 43].forEach((pos) => current().says(event(pos)));
    expect(listener.onEvent.mock.calls.map(([heard]) => heard.pos)).toEqual([41, 42, 43]);
    expect(listener.onGap).not.toHaveBeenCalled();
  });

  it('reports a hole, and goes on', () => {
    current().says(event(44));
    expect(listener.onGap).toHaveBeenCalledWith(cursor);
    expect(listener.onEvent).toHaveBeenCalledOnce();
    current().says(event(45));
    expect(listener.onGap).toHaveBeenCalledOnce();
  });

  it('passes on what has no position', () => {
    current().says({ type: 'typing', conversation: 'ada', typing: true });
    current().says({ type: 'presence', user: 'ada', online: false });
    current().says({ type: 'delivered', conversation: 'ada', seq: 9 });
    expect(listener.onDelivered).toHaveBeenCalledWith('ada', 9);
    expect(listener.onTyping).toHaveBeenCalledWith('ada', true);
    expect(listener.onPresence).toHaveBeenCalledWith('ada', false);
  });

  it('ignores what it does not understand', () => {
    ['', 'nonsense', '[]', 'null', '{"type":"toString"}', '{"type":"message"}', '7'].forEach(
      (data) => current().saysRaw(data),
    );
    current().saysRaw(new ArrayBuffer(2));
    expect(status()).toBe('online');
    expect(listener.onEvent).not.toHaveBeenCalled();
  });

  it('starts over on reset, from where the server says', () => {
    current().says({ type: 'reset', epoch: 'e2', pos: 3 });
    expect(listener.onReset).toHaveBeenCalledOnce();
    current().says(event(4));
    expect(listener.onEvent).toHaveBeenCalledOnce();
    current().closes(1006);
    socket.retryNow();
    expect(current().url).toContain('epoch=e2&pos=4');
  });

  it('takes another epoch for a reset, even if the server does not say so', () => {
    current().closes(1006);
    socket.retryNow();
    hello({ epoch: 'e9', pos: 2 });
    current().says({ type: 'caught_up', pos: 2 });
    expect(listener.onReset).toHaveBeenCalledOnce();
    current().says(event(3));
    expect(listener.onEvent).toHaveBeenCalledOnce();
  });

  it('resets once when the server says so', () => {
    current().closes(1006);
    socket.retryNow();
    hello({ epoch: 'e9', pos: 2 });
    current().says({ type: 'reset', epoch: 'e9', pos: 2 });
    current().says({ type: 'caught_up', pos: 2 });
    expect(listener.onReset).toHaveBeenCalledOnce();
  });
});

describe('coming back', () => {
  it('waits longer each time, up to half a minute', async () => {
    socket.start(cursor);
    const waits: number[] = [];
    for (let attempt = 0; attempt < 10; attempt += 1) {
      current().closes(1006);
      const state = socket.state.get();
      const retryAt = state.status === 'reconnecting' ? state.retryAt : null;
      waits.push((retryAt ?? 0) - clock.now());
      await clock.pass(waits.at(-1)!);
    }
    expect(waits.slice(0, 4)).toEqual([250, 500, 1000, 2000]);
    expect(Math.max(...waits)).toBe(15_000);
    expect(sockets).toHaveLength(11);
  });

  it('says when it will try, and that it is trying', async () => {
    online();
    current().closes(1006);
    expect(socket.state.get()).toEqual({
      status: 'reconnecting',
      attempt: 1,
      retryAt: clock.now() + 250,
    });
    await clock.pass(250);
    expect(socket.state.get()).toEqual({ status: 'reconnecting', attempt: 1, retryAt: null });
    hello();
    expect(status()).toBe('online');
  });

  it('begins with short waits again only after a connection that held', async () => {
    online();
    current().closes(1006);
    await clock.pass(250);
    hello();
    current().closes(1006);
    expect(socket.state.get()).toMatchObject({ attempt: 2 });
    await clock.pass(500);
    hello();
    await clock.pass(6_000);
    current().closes(1006);
    expect(socket.state.get()).toMatchObject({ attempt: 1 });
  });

  it('is patient with a server that has asked for it', () => {
    online();
    current().closes(1013);
    expect(socket.state.get()).toMatchObject({ retryAt: clock.now() + 8_000 });
  });

  it('tries at once when asked to, and not twice', () => {
    online();
    current().closes(1006);
    socket.retryNow();
    socket.retryNow();
    expect(sockets).toHaveLength(2);
    expect(clock.waiting).toBe(1);
  });

  it('asks whether the session is over when a handshake fails, not when a connection ends', () => {
    online();
    current().closes(1001);
    expect(listener.onRefused).not.toHaveBeenCalled();
    socket.retryNow();
    current().closes(1006);
    expect(listener.onRefused).toHaveBeenCalledOnce();
  });

  it('ignores what an abandoned socket still says', async () => {
    socket.start(cursor);
    const old = current();
    await clock.pass(10_000);
    old.says({ type: 'hello', user: 'mina', epoch: 'e1', pos: 40, ping: 20 });
    expect(status()).toBe('reconnecting');
  });
});

describe('silence', () => {
  beforeEach(online);

  it('asks a quiet server for a sign of life, and believes it', async () => {
    await clock.pass(50_000);
    expect(current().sent).toEqual([{ type: 'ping' }]);
    current().says({ type: 'pong' });
    await clock.pass(49_000);
    expect(status()).toBe('online');
  });

  it('leaves a server that gives none', async () => {
    await clock.pass(60_000);
    expect(sockets[0]?.closedWith).toBe(4000);
    expect(status()).toBe('reconnecting');
  });

  it('does not ask while there is something to hear', async () => {
    for (let pos = 41; pos < 45; pos += 1) {
      await clock.pass(30_000);
      current().says(event(pos));
    }
    expect(current().sent).toEqual([]);
  });

  it('asks at once when the page wakes up', async () => {
    socket.probe();
    expect(current().sent).toEqual([{ type: 'ping' }]);
    await clock.pass(10_000);
    expect(status()).toBe('reconnecting');
  });
});

describe('the network', () => {
  it('waits for it while the device has none', async () => {
    online();
    socket.setNetwork(false);
    current().closes(1006);
    expect(status()).toBe('offline');
    await clock.pass(120_000);
    expect(sockets).toHaveLength(1);
    socket.setNetwork(true);
    expect(sockets).toHaveLength(2);
    hello();
    expect(status()).toBe('online');
  });

  it('believes a working connection more than the device', async () => {
    online();
    socket.setNetwork(false);
    for (let answers = 1; answers <= 5; answers += 1) {
      expect(current().sent).toHaveLength(answers);
      current().says({ type: 'pong' });
      await clock.pass(4_000);
    }
    expect(status()).toBe('online');
  });

  it('is not misled by a frame that was on its way', async () => {
    online();
    socket.setNetwork(false);
    await clock.pass(1_000);
    current().says({ type: 'presence', user: 'ben', online: true });
    await clock.pass(1_000);
    expect(status()).toBe('offline');
  });
});

describe('the end', () => {
  it('comes when the session does, for good', async () => {
    online();
    current().closes(4401);
    expect(socket.state.get()).toEqual({ status: 'ended', reason: 'session' });
    await clock.pass(120_000);
    socket.retryNow();
    socket.setNetwork(true);
    expect(sockets).toHaveLength(1);
  });

  it('comes when it is stopped', async () => {
    online();
    socket.stop();
    expect(socket.state.get()).toEqual({ status: 'ended', reason: 'stopped' });
    expect(current().closedWith).toBeUndefined();
    await clock.pass(120_000);
    expect(clock.waiting).toBe(0);
    socket.setNetwork(false);
    expect(status()).toBe('ended');
  });
});

describe('where no WebSocket is let through', () => {
  const refuse = async () => {
    current().closes(1006);
    await clock.pass(0);
    socket.retryNow();
  };

  it('asks with requests after two attempts that only the socket did not survive', async () => {
    listener.onRefused.mockResolvedValue(true);
    socket.start(cursor);
    await refuse();
    expect(polls).toHaveLength(0);
    await refuse();
    expect(polls).toHaveLength(1);
    expect(polls[0]!.url).toBe('ws://page.test/ws?epoch=e1&pos=40');
    polls[0]!.says({ type: 'hello', user: 'mina', epoch: 'e1', pos: 40, ping: 15 });
    polls[0]!.says(event(41));
    expect(status()).toBe('online');
    expect(listener.onEvent).toHaveBeenCalledOnce();
  });

  it('does not while the server answers nothing at all', async () => {
    socket.start(cursor);
    for (let attempt = 0; attempt < 5; attempt += 1) await refuse();
    expect(polls).toHaveLength(0);
  });

  it('does not for a server that asks for patience', async () => {
    listener.onRefused.mockResolvedValue(true);
    socket.start(cursor);
    for (let attempt = 0; attempt < 4; attempt += 1) {
      current().closes(1013);
      await clock.pass(0);
      socket.retryNow();
    }
    expect(polls).toHaveLength(0);
  });

  it('tries a socket again in between, and stays with it if it works', async () => {
    listener.onRefused.mockResolvedValue(true);
    socket.start(cursor);
    await refuse();
    await refuse();
    polls[0]!.says({ type: 'hello', user: 'mina', epoch: 'e1', pos: 40, ping: 15 });
    polls[0]!.says(event(41));
    polls[0]!.closes(1012);
    socket.retryNow();
    expect(polls).toHaveLength(1);
    expect(current().url).toContain('pos=41');
    hello();
    current().closes(1001);
    socket.retryNow();
    expect(polls).toHaveLength(1);
    expect(sockets).toHaveLength(4);
  });
});
