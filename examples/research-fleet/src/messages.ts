/** What the agents say to each other, and the checks made when it arrives: a wrong body is the sender's error, by name. */
import type { SummarySentence } from './read/summarize.ts';

export interface Question {
  readonly question: string;
}

export interface FoundArticle {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly score: number;
}

export interface SearchAnswer {
  readonly articles: readonly FoundArticle[];
}

export interface ReadRequest {
  readonly question: string;
  readonly articles: readonly FoundArticle[];
}

export interface ReadAnswer {
  readonly sentences: readonly SummarySentence[];
}

export interface WriteRequest {
  readonly question: string;
  readonly sections: readonly { readonly question: string; readonly sentences: readonly SummarySentence[] }[];
  readonly titles: Readonly<Record<string, string>>;
}

export interface WriteAnswer {
  readonly report: string;
}

/** A request that the sender must change; it becomes status 400. */
export class BadRequestError extends Error {
  override readonly name = 'BadRequestError';
}

export function parseQuestion(body: unknown): Question {
  return { question: textField(record(body, 'question'), 'question', 2_000) };
}

export function parseReadRequest(body: unknown): ReadRequest {
  const fields = record(body, 'read request');
  const articles = listField(fields, 'articles', 10).map((item) => {
    const article = record(item, 'article');
    return {
      id: textField(article, 'id', 100),
      title: textField(article, 'title', 500),
      text: textField(article, 'text', 50_000),
      score: numberField(article, 'score'),
    };
  });
  return { question: textField(fields, 'question', 2_000), articles };
}

export function parseWriteRequest(body: unknown): WriteRequest {
  const fields = record(body, 'write request');
  const sections = listField(fields, 'sections', 5).map((item) => {
    const section = record(item, 'section');
    const sentences = listField(section, 'sentences', 20).map((entry) => {
      const sentence = record(entry, 'sentence');
      return {
        text: textField(sentence, 'text', 5_000),
        source: textField(sentence, 'source', 100),
        score: numberField(sentence, 'score'),
      };
    });
    return { question: textField(section, 'question', 2_000), sentences };
  });
  const given = record(fields['titles'] ?? {}, 'titles');
  const titles = Object.fromEntries(Object.keys(given).map((id) => [id, textField(given, id, 500)]));
  return { question: textField(fields, 'question', 2_000), sections, titles };
}

/** Roughly four tokens for three words, as tokenizers of English do. */
export function countTokens(text: string): number {
  return Math.ceil((text.split(/\s+/).length * 4) / 3);
}

function record(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new BadRequestError(`Cannot read ${what}: is ${kindOf(value)}, must be an object`);
}

function textField(fields: Readonly<Record<string, unknown>>, name: string, limit: number): string {
  const value = fields[name];
  if (typeof value !== 'string' || value === '')
    throw new BadRequestError(`Cannot read ${name}: is ${kindOf(value)}, must be a text`);
  if (value.length > limit)
    throw new BadRequestError(`Cannot read ${name}: has ${value.length} characters, must have at most ${limit}`);
  return value;
}

function numberField(fields: Readonly<Record<string, unknown>>, name: string): number {
  const value = fields[name];
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new BadRequestError(`Cannot read ${name}: is ${kindOf(value)}, must be a number`);
}

function listField(fields: Readonly<Record<string, unknown>>, name: string, limit: number): readonly unknown[] {
  const value = fields[name];
  if (!Array.isArray(value)) throw new BadRequestError(`Cannot read ${name}: is ${kindOf(value)}, must be a list`);
  if (value.length > limit)
    throw new BadRequestError(`Cannot read ${name}: has ${value.length} entries, must have at most ${limit}`);
  return value;
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'missing';
  return value === null ? 'null' : Array.isArray(value) ? 'a list' : value === '' ? 'empty' : `a ${typeof value}`;
}
