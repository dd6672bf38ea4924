import type { SummarySentence } from '../read/summarize.ts';

export interface ReportSection {
  readonly question: string;
  readonly sentences: readonly SummarySentence[];
}

/** A Markdown report: one section per sub-question, numbered citations, each source listed once in order of first use. */
export function composeReport(
  question: string,
  sections: readonly ReportSection[],
  titles: Readonly<Record<string, string>>,
): string {
  const numbers = new Map<string, number>();
  const cite = (source: string): number => {
    const known = numbers.get(source);
    if (known !== undefined) return known;
    numbers.set(source, numbers.size + 1);
    return numbers.size;
  };
  const lines = [`# ${question}`, ''];
  for (const section of sections) {
    lines.push(`## ${section.question}`, '');
    lines.push(
      section.sentences.length === 0
        ? 'The library holds nothing about this.'
        : section.sentences.map((sentence) => `${sentence.text} [${cite(sentence.source)}]`).join(' '),
      '',
    );
  }
  if (numbers.size > 0) {
    lines.push('## Sources', '');
    for (const [source, number] of numbers) lines.push(`${number}. ${titles[source] ?? source} (${source})`);
    lines.push('');
  }
  return lines.join('\n');
}
