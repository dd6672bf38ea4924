import { countTokens, parseWriteRequest, type WriteAnswer } from '../messages.ts';
import type { Role } from '../runtime/service.ts';
import { composeReport } from '../write/report.ts';

const thinkMs = 200;

/** Puts what was read into a report with citations. */
export const writer: Role = {
  pool: 'research/writer',
  path: '/write',
  concurrency: 1,
  // 16 s of work: whoever waited longer would have given up before the answer.
  queueLimit: 80,
  emptyAnswer: { report: '' },
  prepare:
    () =>
    async (body, job): Promise<WriteAnswer> => {
      const { question, sections, titles } = parseWriteRequest(body);
      return job.inSlot(async () => {
        const report = composeReport(question, sections, titles);
        const read = sections.flatMap((section) => section.sentences.map((sentence) => sentence.text)).join(' ');
        await job.think({ inputTokens: countTokens(read), outputTokens: countTokens(report), thinkMs });
        return { report };
      });
    },
};
