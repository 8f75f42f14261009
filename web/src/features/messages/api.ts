import type { ApiClient } from '@/api/client';
import type { Conversation, Message, MessageRange } from '@/api/types';

const path = '/api/v1/message/';
/** Larger than any place a message can have: "before the end". */
const beyondTheEnd = Number.MAX_SAFE_INTEGER;
export const largestPage = 100;

/** As many as the server thinks right for a start; `src/early.js` asks for just these. */
export function latestMessages(api: ApiClient, target: string) {
  return messagesBefore(api, target, beyondTheEnd);
}

export function messagesBefore(api: ApiClient, target: string, before: number, limit?: number) {
  return api.get<MessageRange>(path, { query: { target, before_seq: before, limit } });
}

export function messagesAfter(api: ApiClient, target: string, after: number, limit = largestPage) {
  return api.get<MessageRange>(path, {
    query: { target, after_seq: after, limit },
  });
}

export async function messagesById(api: ApiClient, ids: readonly number[]): Promise<Message[]> {
  const { results } = await api.get<{ results: Message[] }>(path, {
    query: { ids: ids.join(',') },
  });
  return results;
}

/** The same `key` again stores nothing and answers with the first message. */
export function sendMessage(api: ApiClient, recipient: string, body: string, key: string) {
  return api.post<Message>(path, {
    body: { recipient, body },
    headers: { 'Idempotency-Key': key },
  });
}

/** Tells that everything up to `seq` is on this device. It only moves forward. */
export function markDelivered(api: ApiClient, peer: string, seq: number) {
  return api.put<undefined>(`/api/v1/conversation/${encodeURIComponent(peer)}/delivered/`, {
    body: { seq },
  });
}

export function markRead(api: ApiClient, peer: string, seq: number) {
  return api.put<Conversation>(`/api/v1/conversation/${encodeURIComponent(peer)}/read/`, {
    body: { seq },
  });
}
