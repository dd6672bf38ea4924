import type { Page, Pool, PoolMode } from '@jaegis/model';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { setPoolMode } from '../../data/actions.ts';
import { Confirm } from '../../widgets/confirm.tsx';
import { Segments } from '../../widgets/segments.tsx';

const modes: readonly { readonly key: PoolMode; readonly name: string; readonly text: string }[] = [
  { key: 'auto', name: 'Auto', text: 'JAEGIS decides and acts: it starts and drains replicas of this pool by itself.' },
  {
    key: 'recommend',
    name: 'Recommend',
    text: 'JAEGIS decides and shows what it would do, but leaves the replicas as they are.',
  },
  {
    key: 'paused',
    name: 'Paused',
    text: 'JAEGIS leaves this pool alone. Its replicas stay as they are until you change the mode.',
  },
  {
    key: 'paused-in',
    name: 'Only grow',
    text: 'JAEGIS adds replicas when they are needed, and gives none back until you change the mode (paused-in).',
  },
  {
    key: 'paused-out',
    name: 'Only shrink',
    text: 'JAEGIS gives replicas back when they are idle, and adds none until you change the mode (paused-out).',
  },
];

/** Who drives: JAEGIS, a person with its advice, or a person alone. */
export function ModeSwitch({ pool }: { pool: Pool }) {
  const client = useQueryClient();
  const [asked, setAsked] = useState<PoolMode | null>(null);
  if (pool.target === null) return null;
  const wanted = modes.find((mode) => mode.key === asked);
  return (
    <div className="mode-switch">
      <Segments
        label="Mode"
        choices={modes.map(({ key, name, text }) => ({ key, name, title: text }))}
        value={pool.mode}
        onChange={(key) => key !== pool.mode && setAsked(key)}
      />
      {wanted !== undefined && (
        <Confirm
          title={`Set ${pool.name} to ${wanted.name.toLowerCase()}?`}
          text={wanted.text}
          verb={`Set to ${wanted.name.toLowerCase()}`}
          onConfirm={async () => {
            await setPoolMode(pool.name, wanted.key);
            client.setQueryData<Page<Pool>>(
              ['pools'],
              (page) =>
                page && {
                  ...page,
                  items: page.items.map((each) => (each.name === pool.name ? { ...each, mode: wanted.key } : each)),
                },
            );
            void client.invalidateQueries({ queryKey: ['pools'] });
          }}
          onClose={() => setAsked(null)}
        />
      )}
    </div>
  );
}
