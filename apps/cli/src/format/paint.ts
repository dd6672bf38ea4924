/** What a piece of text means; how that looks is decided here alone. */
export type Tone = 'plain' | 'strong' | 'dim' | 'good' | 'warn' | 'bad' | 'accent';
export type Paint = (text: string, tone: Tone) => string;

const codes: Readonly<Record<Exclude<Tone, 'plain'>, string>> = {
  strong: '1',
  dim: '2',
  good: '32',
  warn: '33',
  bad: '31',
  accent: '36',
};

export const noPaint: Paint = (text) => text;

export const ansiPaint: Paint = (text, tone) =>
  tone === 'plain' || text === '' ? text : `\u001b[${codes[tone]}m${text}\u001b[0m`;

/** Colours on a terminal only, and never when `NO_COLOR` is set (no-color.org) or the terminal is dumb. */
export function choosePaint(options: { isTty: boolean; env: Readonly<Record<string, string | undefined>> }): Paint {
  const { isTty, env } = options;
  const isRefused = (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb';
  return isTty && !isRefused ? ansiPaint : noPaint;
}
