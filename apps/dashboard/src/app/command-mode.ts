import { useCallback, useState } from 'react';
import { muteKeys } from './keys.ts';

/** Which of the two overlays is open. */
export type CommandMode = 'none' | 'palette' | 'keys';

export function useCommandMode(): { open: CommandMode; setOpen: (open: CommandMode) => void } {
  const [open, setMode] = useState<CommandMode>('none');
  const setOpen = useCallback((next: CommandMode) => {
    muteKeys(next !== 'none');
    setMode(next);
  }, []);
  return { open, setOpen };
}
