import { createContext, Suspense, use, useState, type ReactNode } from 'react';
import { ReportDialog } from './dialogs';

interface Reported {
  id: number;
  body: string;
}

const ReportingContext = createContext<(message: Reported) => void>(() => undefined);

/** Opens the report of a message. */
export function useReporting(): (message: Reported) => void {
  return use(ReportingContext);
}

/** Holds the report of a message that is below it: rows of a long list come and go, and what is typed has to stay. */
export function Reporting({ children }: { children: ReactNode }) {
  const [message, setMessage] = useState<Reported | null>(null);
  return (
    <ReportingContext value={setMessage}>
      {children}
      {message && (
        <Suspense fallback={null}>
          <ReportDialog message={message} onClose={() => setMessage(null)} />
        </Suspense>
      )}
    </ReportingContext>
  );
}
