import { useState } from 'react';

/** Words for a terminal or an editor, with a button that copies them. */
export function CopyCommand({ title, text }: { title: string; text: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard?.writeText(text).catch(() => undefined);
    setCopied(true);
    setTimeout(() => setCopied(false), 2_000);
  };
  return (
    <figure className="copy-command">
      <figcaption className="row spread">
        <span className="strong small">{title}</span>
        <button type="button" className="button button-quiet" onClick={copy} aria-label={`Copy: ${title}`}>
          {isCopied ? 'Copied' : 'Copy'}
        </button>
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <pre tabIndex={0}>{text}</pre>
    </figure>
  );
}
