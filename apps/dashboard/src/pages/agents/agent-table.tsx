// biome-ignore-all lint/a11y/useSemanticElements: ten thousand rows of which forty are there cannot be a table element; its roles say what it is
// biome-ignore-all lint/a11y/useFocusableInteractive: the links inside take the focus
import type { AgentSummary } from '@jaegis/model';
import { useNavigate } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useEffect, useRef, useState } from 'react';
import { useKeys } from '../../app/keys.ts';
import { phone, useMedia } from '../../widgets/use-media.ts';
import type { AgentColumn } from './agent-columns.tsx';
import { AgentListRow } from './agent-list-row.tsx';
import type { Sort, SortKey } from './agent-view.ts';

const rowHeight = 32;
const listRowHeight = 64;

interface AgentTableProps {
  readonly rows: readonly AgentSummary[];
  readonly view: Uint32Array;
  /** Changes whenever a row did. */
  readonly version: number;
  readonly columns: readonly AgentColumn[];
  readonly sort: Sort;
  readonly onSort: (key: SortKey) => void;
  readonly onPointing: (isPointing: boolean) => void;
}

/** Only the rows in sight are in the page, however many there are. A list on a phone. */
export function AgentTable(props: AgentTableProps) {
  const { rows, view, columns } = props;
  const isPhone = useMedia(phone);
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(-1);
  const navigate = useNavigate();
  const virtualizer = useVirtualizer({
    count: view.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => (isPhone ? listRowHeight : rowHeight),
    overscan: 8,
    initialRect: { width: 1_200, height: 800 },
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the rows have another height on a phone
  useEffect(() => virtualizer.measure(), [isPhone]);

  const move = (to: number) => {
    const next = Math.max(0, Math.min(view.length - 1, to));
    setActive(next);
    virtualizer.scrollToIndex(next, { align: 'auto' });
  };
  const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 600) / rowHeight) - 2);
  useKeys([
    { keys: 'j', label: 'Next row', group: 'Lists', run: () => move(active + 1) },
    { keys: 'k', label: 'Previous row', group: 'Lists', run: () => move(active < 0 ? view.length - 1 : active - 1) },
    { keys: 'd', label: 'A page down', group: 'Lists', run: () => move(active + page) },
    { keys: 'u', label: 'A page up', group: 'Lists', run: () => move(active - page) },
    { keys: 'G', label: 'Last row', group: 'Lists', run: () => move(view.length - 1) },
    { keys: 'Enter', label: 'Open the row', group: 'Lists', run: () => open(active) },
  ]);
  const open = (index: number) => {
    const focused = document.activeElement;
    if (focused instanceof HTMLElement && focused.matches('a, button')) {
      focused.click();
      return;
    }
    const row = rows[view[index] ?? -1];
    if (row !== undefined) void navigate({ to: '/agents/$', params: { _splat: row.instanceId } });
  };
  const template = columns.map((column) => column.width).join(' ');
  return (
    <div
      className={isPhone ? 'agent-list' : 'agent-table'}
      role="table"
      aria-label="Agents"
      aria-rowcount={view.length + 1}
      aria-colcount={columns.length}
      style={{ ['--columns' as string]: template }}
      onPointerEnter={() => props.onPointing(true)}
      onPointerLeave={() => props.onPointing(false)}
    >
      <div className="agent-scroller" ref={scroller} role="rowgroup" tabIndex={-1}>
        {!isPhone && <Head columns={columns} sort={props.sort} onSort={props.onSort} />}
        <div className="agent-space" style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map((item) => {
            const row = rows[view[item.index] ?? -1];
            if (row === undefined) return null;
            return (
              <Row
                key={row.instanceId}
                row={row}
                columns={columns}
                index={item.index}
                top={item.start}
                isActive={item.index === active}
                isPhone={isPhone}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

function Head({
  columns,
  sort,
  onSort,
}: {
  columns: readonly AgentColumn[];
  sort: Sort;
  onSort: (key: SortKey) => void;
}) {
  return (
    <div className="agent-row agent-head" role="row" aria-rowindex={1}>
      {columns.map((column) => {
        const isSorted = column.sort === sort.key;
        const { sort: key } = column;
        return (
          <div
            key={column.key}
            role="columnheader"
            className={column.isNumber ? 'num' : ''}
            aria-sort={isSorted ? (sort.isDescending ? 'descending' : 'ascending') : 'none'}
          >
            {key === undefined ? (
              column.title
            ) : (
              <button type="button" onClick={() => onSort(key)}>
                {column.title}
                <span aria-hidden="true" className="sort-arrow">
                  {isSorted ? (sort.isDescending ? '↓' : '↑') : ''}
                </span>
              </button>
            )}
          </div>
        );
      })}
    </div>
  );
}

interface RowProps {
  readonly row: AgentSummary;
  readonly columns: readonly AgentColumn[];
  readonly index: number;
  readonly top: number;
  readonly isActive: boolean;
  readonly isPhone: boolean;
}

const Row = memo(function Row({ row, columns, index, top, isActive, isPhone }: RowProps) {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isActive) element.current?.querySelector('a')?.focus({ preventScroll: true });
  }, [isActive]);
  return (
    <div
      ref={element}
      className="agent-row"
      role="row"
      aria-rowindex={index + 2}
      data-agent={row.instanceId}
      data-active={isActive || undefined}
      style={{ transform: `translateY(${top}px)` }}
    >
      {isPhone ? (
        <AgentListRow row={row} />
      ) : (
        columns.map((column) => (
          <div key={column.key} role="cell" className={column.isNumber ? 'num' : 'cut'}>
            {column.cell(row)}
          </div>
        ))
      )}
    </div>
  );
});
