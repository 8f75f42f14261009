import { useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useRef, useState } from 'react';
import { useApi } from '@/api/api-context';
import { ApiProblem } from '@/api/problem';
import type { Me } from '@/api/types';
import { Avatar } from '@/components/avatar';
import { Button } from '@/components/button';
import { ConfirmDialog } from '@/components/confirm-dialog';
import { nameOf } from '@/components/names';
import { Note } from '@/components/note';
import { Actions } from '@/components/section';
import { useText } from '@/i18n/use-text';
import { problemWords } from '@/i18n/problem-words';
import { putPicture, removePicture } from './api';
import css from './picture.module.css';

const CropDialog = lazy(() => import('./crop-dialog'));

/** What browsers can show and the server takes. */
const accepted = 'image/png,image/jpeg,image/webp,image/gif';

/** The picture that others see, and another in its place. */
export function Picture({ me }: { me: Me }) {
  const t = useText();
  const api = useApi();
  const cache = useQueryClient();
  const chooser = useRef<HTMLInputElement>(null);
  const [file, setFile] = useState<File | null>(null);
  const [removing, setRemoving] = useState(false);
  const [progress, setProgress] = useState<number | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  const upload = async (picture: Blob) => {
    setFile(null);
    setProblem(null);
    setProgress(0);
    try {
      await putPicture(api, cache, picture, setProgress);
    } catch (cause) {
      const refused =
        cause instanceof ApiProblem && (cause.kind === 'invalid' || cause.status === 415);
      setProblem(refused ? t('settings.picture.refused') : problemWords(cause, t));
    } finally {
      setProgress(null);
    }
  };

  return (
    <div className={css.place}>
      <Avatar username={me.username} name={nameOf(me)} picture={me.avatar} size="l" />
      <div className={css.side}>
        <Actions>
          <Button look="quiet" onClick={() => chooser.current?.click()}>
            {t(me.avatar ? 'settings.picture.change' : 'settings.picture.choose')}
          </Button>
          {me.avatar && (
            <Button look="text" onClick={() => setRemoving(true)}>
              {t('settings.picture.remove')}
            </Button>
          )}
        </Actions>
        <input
          ref={chooser}
          type="file"
          accept={accepted}
          aria-label={t('settings.picture.file')}
          hidden
          onChange={(event) => {
            setProblem(null);
            setFile(event.target.files?.[0] ?? null);
            // The same file may be chosen again.
            event.target.value = '';
          }}
        />
        {progress !== null && (
          <progress
            className={css.progress}
            aria-label={t('settings.picture.sending')}
            value={progress}
          />
        )}
        {problem && <Note kind="bad">{problem}</Note>}
      </div>
      {file && (
        <Suspense fallback={null}>
          <CropDialog
            file={file}
            onCropped={(picture) => void upload(picture)}
            onUnreadable={() => {
              setFile(null);
              setProblem(t('settings.picture.refused'));
            }}
            onClose={() => setFile(null)}
          />
        </Suspense>
      )}
      {removing && (
        <ConfirmDialog
          title={t('settings.picture.removeTitle')}
          lead={t('settings.picture.removeLead')}
          action={t('settings.picture.remove')}
          onConfirm={() => removePicture(api, cache)}
          onClose={() => setRemoving(false)}
        />
      )}
    </div>
  );
}
