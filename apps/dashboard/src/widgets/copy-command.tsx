import { useRef, useState } from 'react';

const words = { ready: 'Copy', copied: 'Copied', selected: 'Selected' } as const;

/** Words for a terminal or an editor, with a button that copies them; where the browser forbids that (no HTTPS), it selects them. */
export function CopyCommand({ title, text }: { title: string; text: string }) {
  const [state, setState] = useState<keyof typeof words>('ready');
  const shown = useRef<HTMLPreElement>(null);
  const copy = async () => {
    const isCopied = await (navigator.clipboard?.writeText(text).then(
      () => true,
      () => false,
    ) ?? false);
    if (!isCopied && shown.current !== null) getSelection()?.selectAllChildren(shown.current);
    setState(isCopied ? 'copied' : 'selected');
    setTimeout(() => setState('ready'), 2_000);
  };
  return (
    <figure className="copy-command">
      <figcaption className="row spread">
        <span className="strong small">{title}</span>
        <button type="button" className="button button-quiet" onClick={copy} aria-label={`${words[state]}: ${title}`}>
          {words[state]}
        </button>
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <pre ref={shown} tabIndex={0}>
        {text}
      </pre>
    </figure>
  );
}
