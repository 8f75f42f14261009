import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render, type RenderResult } from '@testing-library/react';
import type { ReactNode } from 'react';
import { ApiContext } from '@/api/api-context';
import type { ApiClient } from '@/api/client';
import { TextProvider } from '@/i18n/text-provider';
import { Presence } from '@/realtime/presence';
import { PresenceContext } from '@/realtime/presence-context';
import { FakeClock } from './fake-clock';
import { fakeServer, json } from './fake-server';

/** What every component may expect above it. */
export function renderPart(part: ReactNode, api: ApiClient = nobody()): RenderResult {
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const presence = new Presence(new FakeClock(), () => undefined);
  return render(part, {
    wrapper: ({ children }) => (
      <TextProvider>
        <QueryClientProvider client={queryClient}>
          <ApiContext value={api}>
            <PresenceContext value={presence}>{children}</PresenceContext>
          </ApiContext>
        </QueryClientProvider>
      </TextProvider>
    ),
  });
}

function nobody(): ApiClient {
  return fakeServer(() => json({ detail: 'Not found.' }, 404)).api;
}
