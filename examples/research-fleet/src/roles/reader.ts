import { countTokens, parseReadRequest, type ReadAnswer } from '../messages.ts';
import { summarize } from '../read/summarize.ts';
import type { Role } from '../runtime/service.ts';

/** Tokens a second of the model behind it; an answer of usual length takes 150 to 250 ms. */
const tokensPerSecond = 400;
const thinkMsRange = { min: 150, max: 250 };

/** Reads the articles found and keeps the sentences that answer the question. */
export const reader: Role = {
  pool: 'research/reader',
  path: '/read',
  concurrency: 1,
  // 16 s of work: whoever waited longer would have given up before the answer.
  queueLimit: 80,
  emptyAnswer: { sentences: [] },
  prepare:
    () =>
    async (body, job): Promise<ReadAnswer> => {
      const { question, articles } = parseReadRequest(body);
      return job.inSlot(async () => {
        const sentences = summarize(question, articles);
        const inputTokens = articles.reduce((sum, article) => sum + countTokens(article.text), countTokens(question));
        const outputTokens = sentences.reduce((sum, sentence) => sum + countTokens(sentence.text), 0);
        const paced = (outputTokens / tokensPerSecond) * 1_000;
        const thinkMs = Math.min(thinkMsRange.max, Math.max(thinkMsRange.min, paced));
        await job.think({ inputTokens, outputTokens, thinkMs });
        return { sentences };
      });
    },
};
