import { useEffect } from 'react';
import { useText } from '@/i18n/use-text';

/** The number of unread messages is seen from another tab, too. */
export function useDocumentTitle(unread: number, name: string | null): void {
  const t = useText();
  useEffect(() => {
    const count = unread > 99 ? '99+' : String(unread);
    if (name === null) {
      document.title = unread > 0 ? t('title.unread', { count }) : t('app.name');
    } else {
      document.title =
        unread > 0 ? t('title.withUnread', { count, name }) : t('title.with', { name });
    }
  }, [unread, name, t]);
}
