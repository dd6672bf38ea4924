import { Dialog } from '../widgets/dialog.tsx';
import { knownKeys } from './keys.ts';

const groups = ['Go to', 'Everywhere', 'Lists', 'Time', 'This page'] as const;

/** What `?` shows: every key that works now. */
export function KeyList({ onClose }: { onClose: () => void }) {
  const keys = knownKeys();
  return (
    <Dialog title="Keyboard" onClose={onClose} className="key-dialog">
      <div className="key-list">
        {groups.map((group) => {
          const actions = keys.filter((action) => action.group === group).toReversed();
          if (actions.length === 0) return null;
          return (
            <section key={group}>
              <h3>{group}</h3>
              <dl>
                {actions.map((action) => (
                  <div key={action.keys}>
                    <dt>
                      {action.keys.split(' ').map((key) => (
                        <kbd key={key}>{written(key)}</kbd>
                      ))}
                    </dt>
                    <dd>{action.label}</dd>
                  </div>
                ))}
                {group === 'Lists' && (
                  <div>
                    <dt>
                      <kbd>Enter</kbd>
                    </dt>
                    <dd>Open the row</dd>
                  </div>
                )}
              </dl>
            </section>
          );
        })}
      </div>
    </Dialog>
  );
}

function written(key: string): string {
  if (key === 'mod+k') return 'Ctrl/⌘ K';
  return key === 'Escape' ? 'Esc' : key;
}
