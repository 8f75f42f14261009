import { Badge } from '@/features/admin/badge';
import type { AdminUser } from '@/features/admin/types';
import { useText } from '@/i18n/use-text';

/** What is out of the ordinary with an account. */
export function UserBadges({ user }: { user: AdminUser }) {
  const t = useText();
  if (user.deleted) return <Badge>{t('admin.users.state.deleted')}</Badge>;
  return (
    <>
      {user.is_superuser && <Badge kind="good">{t('admin.users.superuser')}</Badge>}
      {!user.is_active && <Badge kind="warn">{t('admin.users.inactive')}</Badge>}
    </>
  );
}
