import { Suspense, useState } from 'react';
import { BlockIcon, MoreIcon } from '@/components/icons';
import { MenuButton } from '@/components/menu-button';
import { useText } from '@/i18n/use-text';
import { BlockDialog } from './dialogs';

interface Props {
  name: string;
  blocked: boolean;
  onBlock: (blocked: boolean) => Promise<void>;
}

/** What can be done about the other person of a conversation. */
export function PersonMenu({ name, blocked, onBlock }: Props) {
  const t = useText();
  const [asking, setAsking] = useState(false);
  const action = {
    label: t(blocked ? 'block.undo' : 'block.action'),
    icon: <BlockIcon size={18} />,
    onSelect: () => setAsking(true),
  };
  return (
    <>
      <MenuButton label={t('block.menu', { name })} choices={[action]}>
        <MoreIcon />
      </MenuButton>
      {asking && (
        <Suspense fallback={null}>
          <BlockDialog
            name={name}
            blocked={blocked}
            onBlock={onBlock}
            onClose={() => setAsking(false)}
          />
        </Suspense>
      )}
    </>
  );
}
