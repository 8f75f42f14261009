import { useState, type ReactNode } from 'react';
import { Note } from '@/components/note';
import { useForm } from '@/components/use-form';
import { useText } from '@/i18n/use-text';
import css from './account.module.css';
import { Card } from './card';
import { forgetLinkToken, useLinkToken } from './link-token';
import { LogInLink } from './links';
import { Submit } from './submit';

interface Props {
  title: string;
  lead: string;
  submit: string;
  /** Uses the token up. What it answers is given to `done`. */
  confirm: (token: string) => Promise<string>;
  done: (answer: string) => ReactNode;
  /** What to do about a link that is over. */
  over: ReactNode;
}

/**
 * Where a mailed link leads: nothing happens before somebody says so, because programs that look at mail follow links
 * too, and each works once.
 */
export function ConfirmLink({ title, lead, submit, confirm, done, over }: Props) {
  const token = useLinkToken();
  const [answer, setAnswer] = useState<string | null>(null);
  const [refused, setRefused] = useState<string | null>(null);
  const form = useForm(
    async () => {
      const told = await confirm(token);
      forgetLinkToken();
      setAnswer(told);
    },
    (problem) => {
      if (problem.fields.token) setRefused(token);
      return undefined;
    },
  );
  if (answer !== null) return done(answer);
  if (token === '' || token === refused) return <LinkOver over={over} />;
  return (
    <Card title={title} lead={lead} links={<LogInLink />}>
      <form className={css.form} onSubmit={form.submit}>
        {form.problem && <Note kind="bad">{form.problem}</Note>}
        <Submit busy={form.busy}>{submit}</Submit>
      </form>
    </Card>
  );
}

export function LinkOver({ over }: { over: ReactNode }) {
  const t = useText();
  return (
    <Card title={t('account.link.title')} lead={t('account.link.lead')} links={<LogInLink />}>
      <div role="status">{over}</div>
    </Card>
  );
}
