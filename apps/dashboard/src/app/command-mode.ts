import { useState } from 'react';

/** Which of the two overlays is open. */
export type CommandMode = 'none' | 'palette' | 'keys';

export function useCommandMode(): { open: CommandMode; setOpen: (open: CommandMode) => void } {
  const [open, setOpen] = useState<CommandMode>('none');
  return { open, setOpen };
}
