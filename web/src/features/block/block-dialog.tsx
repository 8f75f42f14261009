import { ConfirmDialog } from '@/components/confirm-dialog';
import { useText } from '@/i18n/use-text';

interface Props {
  name: string;
  /** Whether the person is blocked now. */
  blocked: boolean;
  onBlock: (blocked: boolean) => Promise<void>;
  onClose: () => void;
}

/** Asks before somebody is blocked, or may write again. */
export default function BlockDialog({ name, blocked, onBlock, onClose }: Props) {
  const t = useText();
  return (
    <ConfirmDialog
      title={t(blocked ? 'blocking.undoTitle' : 'blocking.title', { name })}
      lead={t(blocked ? 'blocking.undoLead' : 'blocking.lead')}
      action={t(blocked ? 'block.undo' : 'block.action')}
      grave={!blocked}
      onConfirm={() => onBlock(!blocked)}
      onClose={onClose}
    />
  );
}
