import type { ChatEvent } from '@/api/types';

/** What the server sends on a `chatapp.v1` socket. */
export type ServerFrame =
  | { type: 'hello'; user: string; epoch: string; pos: number; ping: number }
  | { type: 'caught_up'; pos: number }
  | { type: 'reset'; epoch: string; pos: number }
  | { type: 'typing'; conversation: string; typing: boolean }
  | { type: 'presence'; user: string; online: boolean }
  | { type: 'delivered'; conversation: string; seq: number }
  | { type: 'bye'; reason: string }
  | { type: 'pong' }
  | ChatEvent;

/** What the page sends. */
export type ClientFrame =
  | { type: 'typing'; conversation: string; typing: boolean }
  | { type: 'watch'; users: string[] }
  | { type: 'ping' };

const required: Record<ServerFrame['type'], Record<string, 'string' | 'number' | 'boolean'>> = {
  hello: { epoch: 'string', pos: 'number' },
  caught_up: { pos: 'number' },
  reset: { epoch: 'string', pos: 'number' },
  typing: { conversation: 'string', typing: 'boolean' },
  presence: { user: 'string', online: 'boolean' },
  delivered: { conversation: 'string', seq: 'number' },
  bye: {},
  pong: {},
  message: { pos: 'number', message: 'string', conversation: 'string', seq: 'number' },
  read: { pos: 'number', conversation: 'string', reader: 'string', seq: 'number' },
  edit: { pos: 'number', message: 'string', conversation: 'string' },
  delete: { pos: 'number', message: 'string', conversation: 'string' },
};

/** The frame, or `undefined` for what this version of the page does not know. */
export function parseFrame(data: unknown): ServerFrame | undefined {
  if (typeof data !== 'string') return undefined;
  const frame = parse(data);
  if (typeof frame !== 'object' || frame === null) return undefined;
  const fields = frame as Record<string, unknown>;
  const type = fields.type;
  if (typeof type !== 'string' || !Object.hasOwn(required, type)) return undefined;
  const shape = required[type as ServerFrame['type']];
  const complete = Object.entries(shape).every(([name, kind]) => typeof fields[name] === kind);
  return complete ? (frame as ServerFrame) : undefined;
}

export function isEvent(frame: ServerFrame): frame is ChatEvent {
  return 'pos' in frame && ['message', 'read', 'edit', 'delete'].includes(frame.type);
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}
