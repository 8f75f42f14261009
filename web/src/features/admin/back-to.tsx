import { Link } from 'wouter';
import { BackIcon } from '@/components/icons';
import { sectionPath } from '@/features/admin/paths';
import { useText } from '@/i18n/use-text';
import css from './back-to.module.css';

/** From one thing to the list that it is in. */
export function BackTo({ section }: { section: 'users' | 'messages' }) {
  const t = useText();
  return (
    <Link href={sectionPath(section)} className={css.link}>
      <BackIcon />
      {t(`admin.${section}.title`)}
    </Link>
  );
}
