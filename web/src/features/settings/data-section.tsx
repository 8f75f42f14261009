import { useLingui } from '@lingui/react';
import { useEffect, useRef, useState } from 'react';
import { useApi } from '@/api/api-context';
import type { Me } from '@/api/types';
import { Button } from '@/components/button';
import { Note } from '@/components/note';
import { Actions, Section } from '@/components/section';
import { problemWords } from '@/i18n/problem-words';
import { useText } from '@/i18n/use-text';
import { openExport } from './api';
import css from './data.module.css';
import { DeleteAccount } from './delete-account';
import { Incomplete, readExport, save, type Progress } from './export';

interface Props {
  me: Me;
  onDeleted: () => void;
}

/** All that is kept of one: taking it along, and having it deleted. */
export function DataSection({ me, onDeleted }: Props) {
  const t = useText();
  return (
    <>
      <Section title={t('settings.export.title')} lead={t('settings.export.lead')}>
        <Export me={me} />
      </Section>
      <Section title={t('settings.delete.title')} lead={t('settings.delete.lead')}>
        <DeleteAccount me={me} onDeleted={onDeleted} />
      </Section>
    </>
  );
}

type State =
  { is: 'idle' | 'done' } | { is: 'failed'; words: string } | ({ is: 'busy' } & Progress);

function Export({ me }: { me: Me }) {
  const t = useText();
  const api = useApi();
  const [state, setState] = useState<State>({ is: 'idle' });
  const running = useRef<AbortController>(null);
  useEffect(() => () => running.current?.abort(), []);

  const start = async () => {
    const controller = new AbortController();
    running.current = controller;
    setState({ is: 'busy', messages: 0, of: 0 });
    try {
      const stream = await openExport(api, controller.signal);
      const file = await readExport(stream, (progress) => setState({ is: 'busy', ...progress }));
      save(file, `chatapp-${me.username}.json`);
      setState({ is: 'done' });
    } catch (cause) {
      if (controller.signal.aborted) {
        setState({ is: 'idle' });
        return;
      }
      const broken = cause instanceof Incomplete || cause instanceof TypeError;
      setState({
        is: 'failed',
        words: broken ? t('settings.export.broken') : problemWords(cause, t),
      });
    }
  };

  if (state.is === 'busy') {
    return <Running {...state} onCancel={() => running.current?.abort()} />;
  }
  return (
    <>
      {state.is === 'failed' && <Note kind="bad">{state.words}</Note>}
      {state.is === 'done' && <Note kind="good">{t('settings.export.done')}</Note>}
      <Actions>
        <Button look="quiet" onClick={() => void start()}>
          {t('settings.export.start')}
        </Button>
      </Actions>
    </>
  );
}

function Running({ messages, of, onCancel }: Progress & { onCancel: () => void }) {
  const t = useText();
  const { i18n } = useLingui();
  const words = t('settings.export.progress', {
    messages: i18n.number(messages),
    of: i18n.number(of),
  });
  return (
    <div className={css.running}>
      <progress
        className={css.progress}
        aria-label={t('settings.export.title')}
        aria-valuetext={words}
        {...(of > 0 ? { value: messages / of } : {})}
      />
      <div className={css.line}>
        <span className={css.small}>{words}</span>
        <Button look="text" onClick={onCancel}>
          {t('action.cancel')}
        </Button>
      </div>
    </div>
  );
}
