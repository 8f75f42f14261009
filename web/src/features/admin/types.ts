/** What those who administer are told. */
import type { components } from '@/api/schema';

type Schemas = components['schemas'];

/** A page of a list that is read by seek. */
export interface ListPage<T> {
  next?: string | null;
  results: T[];
}

export interface AdminUser {
  id: number;
  username: string;
  display_name: string;
  email: string;
  is_active: boolean;
  is_superuser: boolean;
  deleted: boolean;
  date_joined: string;
  last_login?: string | null;
  avatar?: string | null;
  sessions: number;
  sockets?: number | null;
}

export interface AdminMessage {
  id: number;
  sender: string;
  recipient: string;
  timestamp: string;
  /** In code points. */
  length: number;
  deleted: boolean;
  /** Only where the setting allows it, and only when one message is looked at. */
  body?: string | null;
}

/** How many messages there are in a year, a month or a day. */
export interface DateCount {
  year: number;
  month?: number | null;
  day?: number | null;
  count: number;
}

export type AdminReport = Schemas['Report'];
export type LogEntry = Schemas['AuditEntry'];

export interface Queue {
  length: number;
  limit: number;
}

export interface Status {
  version: string;
  started: string;
  node: string;
  nodes: number;
  people_online: number;
  sockets: number;
  sends_per_second: number;
  sends_total: number;
  latency_ms: { p50: number; p95: number; p99: number };
  requests_per_second: number;
  errors_total: number;
  database: {
    engine: string;
    version: string;
    ok: boolean;
    size_bytes: number;
    connections: { in_use: number; idle: number; max: number };
  };
  bus: { kind: string; ok: boolean };
  queues: { writer: Queue; passwords: Queue; mail: Queue; search_index: { behind: number } };
  disk: { used_bytes: number; free_bytes: number } | null;
  memory_bytes: number;
  counts: { users: number; messages: number };
  admin_reads_messages: boolean;
  retention_days: number;
}
