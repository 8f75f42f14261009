/** What those who administer are told, as the server describes it. */
import type { components } from '@/api/schema';

type Schemas = components['schemas'];

/** A page of a list that is read by seek. */
export interface ListPage<T> {
  next?: string | null;
  results: T[];
}

export type AdminUser = Schemas['Member'];
export type NewUser = Schemas['MemberWish'];
export type UserChange = Schemas['MemberChange'];
/** `body` only where the setting allows it, and only when one message is looked at. */
export type AdminMessage = Schemas['ListedMessage'] & Partial<Schemas['LookedAtMessage']>;
/** How many messages there are in a year, a month or a day. */
export type DateCount = Schemas['DateCount'];
export type AdminReport = Schemas['Report'];
export type LogEntry = Schemas['AuditEntry'];
export type Queue = Schemas['Queue'];
export type Status = Schemas['Status'];
