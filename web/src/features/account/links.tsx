import { MailIcon } from '@/components/section-icons';
import { useText } from '@/i18n/use-text';
import css from './account.module.css';
import { Card } from './card';

/** Loaded anew, because only the server knows whether this browser is logged in already. */
export function LogInLink() {
  const t = useText();
  return <a href="/login/">{t('account.toLogIn')}</a>;
}

export function ForwardLink({ href, words }: { href: string; words: string }) {
  return (
    <a className={css.submit} href={href}>
      {words}
    </a>
  );
}

/** What happens next is in the mailbox. */
export function MailSent({ to, words }: { to: string; words: string }) {
  const t = useText();
  return (
    <Card title={t('account.mail.title')} links={<LogInLink />}>
      <div className={css.sent} role="status">
        <MailIcon />
        <p>
          {words} <bdi>{to}</bdi>
        </p>
        <p className={css.small}>{t('account.mail.hint')}</p>
      </div>
    </Card>
  );
}
