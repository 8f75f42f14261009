import { Suspense, useState } from 'react';
import { Button } from '@/components/button';
import { useText } from '@/i18n/use-text';
import css from './blocked-notice.module.css';
import { BlockDialog } from './dialogs';

interface Props {
  name: string;
  onBlock: (blocked: boolean) => Promise<void>;
}

/** What stands in the composer's place while one blocks the other person. */
export function BlockedNotice({ name, onBlock }: Props) {
  const t = useText();
  const [asking, setAsking] = useState(false);
  return (
    <div className={css.notice}>
      <p>{t('block.notice', { name })}</p>
      <Button look="quiet" onClick={() => setAsking(true)}>
        {t('block.undo')}
      </Button>
      {asking && (
        <Suspense fallback={null}>
          <BlockDialog name={name} blocked onBlock={onBlock} onClose={() => setAsking(false)} />
        </Suspense>
      )}
    </div>
  );
}
