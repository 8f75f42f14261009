import { lazy } from 'react';
import { speakAlso } from '@/i18n/languages';

/** Dialogs that hardly anybody opens: they and their texts arrive when somebody does. */
export const BlockDialog = lazy(async () => {
  const [dialog] = await Promise.all([import('./block-dialog'), speakAlso('more')]);
  return dialog;
});

export const ReportDialog = lazy(async () => {
  const [dialog] = await Promise.all([import('./report-dialog'), speakAlso('more')]);
  return dialog;
});
