/**
 * Extractive summary by TextRank (Mihalcea and Tarau 2004): sentences are nodes, edges weigh how many words two sentences
 * share (cosine of their term counts), and PageRank with damping 0.85 finds the sentences that the others agree with.
 * The start vector of the walk is the overlap with the question, so that what was asked for wins (Haveliwala's
 * topic-sensitive PageRank). Sentences that repeat one already chosen are skipped. Bad at facts that only one
 * sentence holds and the question does not name.
 */
import { splitSentences, tokenize } from '../search/tokenize.ts';

export interface SourceText {
  readonly id: string;
  readonly title: string;
  readonly text: string;
}

export interface SummarySentence {
  readonly text: string;
  /** Id of the article it was taken from. */
  readonly source: string;
  readonly score: number;
}

const damping = 0.85;
const iterations = 20;
const maxSentences = 120;

/** The `count` sentences (default 4) that best answer `question`, in the order of the sources. At most 120 sentences are read. */
export function summarize(question: string, sources: readonly SourceText[], count = 4): SummarySentence[] {
  const sentences = sources.flatMap((source) =>
    splitSentences(source.text).map((text) => ({ text, source: source.id, terms: countTerms(tokenize(text)) })),
  );
  const read = sentences.slice(0, maxSentences);
  if (read.length === 0) return [];
  const asked = countTerms(tokenize(question));
  const scores = rank(
    read.map((sentence) => sentence.terms),
    asked,
  );
  const order = read.map((_, index) => index).sort((x, y) => scores[y]! - scores[x]! || x - y);
  const chosen: number[] = [];
  for (const index of order) {
    if (chosen.length === count) break;
    if (chosen.every((other) => cosine(read[other]!.terms, read[index]!.terms) < 0.7)) chosen.push(index);
  }
  return chosen
    .sort((x, y) => x - y)
    .map((index) => ({ text: read[index]!.text, source: read[index]!.source, score: scores[index]! }));
}

function rank(sentences: readonly Map<string, number>[], asked: Map<string, number>): Float64Array {
  const n = sentences.length;
  const weights = new Float64Array(n * n);
  const outgoing = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const weight = cosine(sentences[i]!, sentences[j]!);
      weights[i * n + j] = weight;
      weights[j * n + i] = weight;
      outgoing[i] = outgoing[i]! + weight;
      outgoing[j] = outgoing[j]! + weight;
    }
  }
  const bias = questionBias(sentences, asked);
  let scores = Float64Array.from(bias);
  for (let round = 0; round < iterations; round++) {
    const next = new Float64Array(n);
    for (let j = 0; j < n; j++) {
      if (outgoing[j] === 0) continue;
      const share = (damping * scores[j]!) / outgoing[j]!;
      for (let i = 0; i < n; i++) next[i] = next[i]! + weights[j * n + i]! * share;
    }
    for (let i = 0; i < n; i++) next[i] = next[i]! + (1 - damping) * bias[i]!;
    scores = next;
  }
  // The walk rewards agreement; the question decides between sentences that agree equally.
  for (let i = 0; i < n; i++) scores[i] = scores[i]! * (1 + 4 * cosine(sentences[i]!, asked));
  return scores;
}

function questionBias(sentences: readonly Map<string, number>[], asked: Map<string, number>): Float64Array {
  const bias = Float64Array.from(sentences, (terms) => 0.05 + cosine(terms, asked));
  const total = bias.reduce((sum, value) => sum + value, 0);
  return bias.map((value) => value / total);
}

function countTerms(tokens: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
  return counts;
}

function cosine(x: ReadonlyMap<string, number>, y: ReadonlyMap<string, number>): number {
  const [small, large] = x.size <= y.size ? [x, y] : [y, x];
  let dot = 0;
  for (const [term, count] of small) dot += count * (large.get(term) ?? 0);
  return dot === 0 ? 0 : dot / (norm(x) * norm(y));
}

function norm(terms: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const count of terms.values()) sum += count * count;
  return Math.sqrt(sum);
}
