import { Dialog } from '@/components/dialog';
import { useText, type TextKey } from '@/i18n/use-text';
import css from './shortcut-sheet.module.css';

const shortcuts: [TextKey, string[][]][] = [
  ['shortcuts.search', [['Ctrl', 'K'], ['/']]],
  ['shortcuts.rows', [['↓'], ['↑']]],
  ['shortcuts.open', [['Enter']]],
  [
    'shortcuts.neighbour',
    [
      ['Alt', '↑'],
      ['Alt', '↓'],
    ],
  ],
  ['shortcuts.read', [['Page Up'], ['Page Down']]],
  ['shortcuts.menu', [['Enter'], ['↓'], ['↑']]],
  ['shortcuts.send', [['Enter']]],
  ['shortcuts.newline', [['Shift', 'Enter']]],
  ['shortcuts.escape', [['Esc']]],
  ['shortcuts.help', [['?']]],
];

export function ShortcutSheet({ onClose }: { onClose: () => void }) {
  const t = useText();
  return (
    <Dialog title={t('shortcuts.title')} onClose={onClose}>
      <dl className={css.list}>
        {shortcuts.map(([key, ways]) => (
          <div key={key} className={css.shortcut}>
            <dt>{t(key)}</dt>
            {ways.map((keys) => (
              <dd key={keys.join()} className={css.keys} dir="ltr">
                {keys.map((one) => (
                  <kbd key={one}>{one}</kbd>
                ))}
              </dd>
            ))}
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
