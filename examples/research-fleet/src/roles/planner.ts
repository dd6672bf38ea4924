import {
  countTokens,
  type FoundArticle,
  parseQuestion,
  type ReadAnswer,
  type SearchAnswer,
  type WriteAnswer,
} from '../messages.ts';
import { splitQuestion } from '../plan/split-question.ts';
import { modelName } from '../runtime/paced-model.ts';
import type { Job, Role } from '../runtime/service.ts';

const thinkMs = 60;

/** Splits a question, has each part searched and read (at the same time), and has the report written. */
export const planner: Role = {
  pool: 'research/planner',
  path: '/ask',
  concurrency: 2,
  queueLimit: 200,
  emptyAnswer: { parts: 0, sources: 0, report: '' },
  prepare: () => async (body, job) => {
    const { question } = parseQuestion(body);
    const parts = await job.inSlot(async () => {
      const found = splitQuestion(question);
      const outputTokens = found.reduce((sum, part) => sum + countTokens(part.text), 0);
      await job.think({ inputTokens: 80 + countTokens(question), outputTokens, thinkMs });
      return found;
    });
    const read = await Promise.all(parts.map((part) => research(job, part.text, part.keywords)));
    const titles = Object.fromEntries(read.flatMap((part) => part.articles.map((found) => [found.id, found.title])));
    const sections = read.map(({ question: asked, sentences }) => ({ question: asked, sentences }));
    const written = (await job.ask('research/writer', '/write', { question, sections, titles })) as WriteAnswer;
    return { question, parts: parts.length, sources: Object.keys(titles).length, model: modelName, ...written };
  },
};

async function research(job: Job, question: string, keywords: readonly string[]) {
  const query = `${question} ${keywords.join(' ')}`;
  const { articles } = (await job.ask('research/searcher', '/search', { question: query })) as SearchAnswer;
  const sent: readonly FoundArticle[] = articles;
  const { sentences } = (await job.ask('research/reader', '/read', { question, articles: sent })) as ReadAnswer;
  return { question, articles, sentences };
}
