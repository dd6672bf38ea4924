import { writeCorpus } from '../corpus/corpus.ts';
import { countTokens, parseQuestion, type SearchAnswer } from '../messages.ts';
import type { Role } from '../runtime/service.ts';
import { InvertedIndex } from '../search/inverted-index.ts';

const thinkMs = 20;
const hits = 4;

/** Holds the library in memory and finds the articles that fit a question best. */
export const searcher: Role = {
  pool: 'research/searcher',
  path: '/search',
  concurrency: 1,
  queueLimit: 200,
  emptyAnswer: { articles: [] },
  prepare: () => {
    const articles = new Map(writeCorpus().map((article) => [article.id, article]));
    const index = new InvertedIndex(articles.values());
    process.stdout.write(`library: ${index.documents} articles, ${index.terms} terms\n`);
    return async (body, job): Promise<SearchAnswer> => {
      const { question } = parseQuestion(body);
      return job.inSlot(async () => {
        const found = index.search(question, hits).map(({ id, score }) => {
          const { title, text } = articles.get(id)!;
          return { id, title, text, score };
        });
        await job.think({ inputTokens: countTokens(question), outputTokens: 4 * found.length, thinkMs });
        return { articles: found };
      });
    };
  },
};
