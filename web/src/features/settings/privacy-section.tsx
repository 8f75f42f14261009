import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '@/api/api-context';
import type { Me } from '@/api/types';
import { Note } from '@/components/note';
import { Section } from '@/components/section';
import { Switch } from '@/components/switch';
import { problemWords } from '@/i18n/problem-words';
import { useText } from '@/i18n/use-text';
import { changeMe } from './api';

type Choice = 'receipts' | 'presence';

/** What others learn by themselves; each switch works both ways. */
export function PrivacySection({ me }: { me: Me }) {
  const t = useText();
  const api = useApi();
  const cache = useQueryClient();
  // What was just chosen, until the server has agreed.
  const [chosen, setChosen] = useState<Partial<Record<Choice, boolean>>>({});
  const [problem, setProblem] = useState<string | null>(null);

  const choose = (choice: Choice) => (on: boolean) => {
    setProblem(null);
    setChosen((before) => ({ ...before, [choice]: on }));
    changeMe(api, cache, { [choice]: on })
      .catch((cause: unknown) => setProblem(problemWords(cause, t)))
      .finally(() => setChosen((before) => ({ ...before, [choice]: undefined })));
  };

  return (
    <Section title={t('settings.privacy.title')} lead={t('settings.privacy.lead')}>
      <Switch
        label={t('settings.privacy.receipts')}
        hint={t('settings.privacy.receiptsHint')}
        on={chosen.receipts ?? me.receipts}
        onChange={choose('receipts')}
      />
      <Switch
        label={t('settings.privacy.presence')}
        hint={t('settings.privacy.presenceHint')}
        on={chosen.presence ?? me.presence}
        onChange={choose('presence')}
      />
      {problem && <Note kind="bad">{problem}</Note>}
    </Section>
  );
}
