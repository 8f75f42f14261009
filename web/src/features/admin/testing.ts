/** What the server says to those who administer, for tests. */
import type { AdminMessage, AdminUser, LogEntry, Status } from './types';

export function aUser(username: string, change: Partial<AdminUser> = {}): AdminUser {
  return {
    id: 7,
    username,
    display_name: '',
    email: '',
    is_active: true,
    is_superuser: false,
    deleted: false,
    date_joined: '2026-11-20T10:00:00Z',
    last_login: null,
    avatar: null,
    sessions: 0,
    ...change,
  };
}

export function aMessage(id: number, change: Partial<AdminMessage> = {}): AdminMessage {
  return {
    id,
    sender: 'ada',
    recipient: 'ben',
    timestamp: '2026-11-24T10:00:00Z',
    length: 12,
    deleted: false,
    ...change,
  };
}

export function aLogEntry(id: number, change: Partial<LogEntry> = {}): LogEntry {
  return {
    id,
    time: '2026-11-24T10:00:00Z',
    actor: 'root',
    action: 'user.change',
    target_kind: 'user',
    target: 'ada',
    detail: {},
    address: '192.0.2.1',
    ...change,
  };
}

export function aStatus(change: Partial<Status> = {}): Status {
  return {
    version: '0.1.0',
    started: '2026-11-24T08:00:00Z',
    node: 'one',
    nodes: 1,
    people_online: 3,
    sockets: 5,
    sends_per_second: 2.5,
    sends_total: 1000,
    latency_ms: { p50: 1.2, p95: 4.5, p99: 9 },
    requests_per_second: 12,
    errors_total: 0,
    database: {
      engine: 'sqlite',
      version: '3.40.1',
      ok: true,
      size_bytes: 4_200_000,
      connections: { in_use: 1, idle: 3, max: 8 },
    },
    bus: { kind: 'local', ok: true },
    queues: {
      writer: { length: 0, limit: 1024 },
      passwords: { length: 0, limit: 64 },
      mail: { length: 0, limit: 1000 },
      search_index: { behind: 0 },
    },
    disk: { used_bytes: 5_000_000_000, free_bytes: 15_000_000_000 },
    memory_bytes: 48_000_000,
    counts: { users: 12, messages: 3456 },
    admin_reads_messages: false,
    retention_days: 0,
    ...change,
  };
}
