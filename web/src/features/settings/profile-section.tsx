import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '@/api/api-context';
import type { Me } from '@/api/types';
import { Field } from '@/components/field';
import { Note } from '@/components/note';
import { SaveButton } from '@/components/save-button';
import { Section } from '@/components/section';
import { useForm } from '@/components/use-form';
import { useText } from '@/i18n/use-text';
import { changeMe } from './api';
import { Picture } from './picture';

/** How others see one: the picture and the name that is shown. */
export function ProfileSection({ me }: { me: Me }) {
  const t = useText();
  return (
    <>
      <Section title={t('settings.picture.title')} lead={t('settings.picture.lead')}>
        <Picture me={me} />
      </Section>
      <Section title={t('settings.name.title')} lead={t('settings.name.lead')}>
        <NameForm me={me} />
      </Section>
    </>
  );
}

function NameForm({ me }: { me: Me }) {
  const t = useText();
  const api = useApi();
  const cache = useQueryClient();
  const [name, setName] = useState(me.display_name);
  const [saved, setSaved] = useState(false);
  const form = useForm(async () => {
    await changeMe(api, cache, { display_name: name.trim() });
    setSaved(true);
  });
  return (
    <form onSubmit={form.submit} noValidate>
      <Field
        name="display_name"
        label={t('settings.name.label')}
        value={name}
        onChange={(event) => {
          form.touch('display_name');
          setSaved(false);
          setName(event.target.value);
        }}
        autoComplete="name"
        dir="auto"
        placeholder={me.username}
        hint={t('settings.name.hint', { username: me.username })}
        error={form.errorOf('display_name')}
      />
      {form.problem && <Note kind="bad">{form.problem}</Note>}
      <SaveButton busy={form.busy} saved={saved}>
        {t('action.save')}
      </SaveButton>
    </form>
  );
}
