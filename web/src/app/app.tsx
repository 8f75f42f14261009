import { QueryClientProvider } from '@tanstack/react-query';
import { ApiContext } from '@/api/api-context';
import { ErrorBoundary } from '@/components/error-boundary';
import type { FallbackForm } from '@/features/session/fallback-form';
import { TextProvider } from '@/i18n/text-provider';
import type { AppSession } from './app-session';
import { Crashed } from './crashed';
import { Router } from './router';

interface Props {
  session: AppSession;
  fallback: FallbackForm;
}

export function App({ session, fallback }: Props) {
  return (
    <TextProvider>
      <ErrorBoundary fallback={(error) => <Crashed error={error} />}>
        <QueryClientProvider client={session.queryClient}>
          <ApiContext value={session.api}>
            <Router session={session} fallback={fallback} />
          </ApiContext>
        </QueryClientProvider>
      </ErrorBoundary>
    </TextProvider>
  );
}
