/**
 * Splits a question into at most three that can be searched for alone. Clauses are found at commas, "and" and question
 * marks; the subject is the word that most clauses share (the longest among equals, stop words left out); a clause that
 * refers to it by a pronoun, or has hardly a word of its own, gets it back. A plain keyword method: it does not
 * understand negation or nested questions.
 */
import { isStopWord, stem, tokenize } from '../search/tokenize.ts';

export interface SubQuestion {
  readonly text: string;
  /** Stemmed search terms. */
  readonly keywords: readonly string[];
}

const maxSubQuestions = 3;
const pronoun = /\b(?:it|its|they|them|their)\b/i;

/** At least one sub-question for any text that holds a word; none for an empty one. */
export function splitQuestion(question: string): SubQuestion[] {
  const clauses = question
    .split(/\?|;|,\s*(?:and\s+)?|\band\b(?=\s+(?:what|how|why|where|who|which|when)\b)/i)
    .map((clause) => clause.trim())
    .filter((clause) => tokenize(clause).length > 0);
  if (clauses.length === 0) return [];
  const subject = findSubject(clauses);
  const merged = clauses.length <= maxSubQuestions ? clauses : mergeTail(clauses);
  return merged.map((clause) => {
    const terms = [...new Set(tokenize(clause))];
    const needsSubject = !terms.includes(stem(subject)) && (pronoun.test(clause) || terms.length <= 1);
    const keywords = needsSubject ? [stem(subject), ...terms] : terms;
    const text = needsSubject ? `${clause} (${subject})` : clause;
    return { text: `${text.charAt(0).toUpperCase()}${text.slice(1)}?`, keywords };
  });
}

function mergeTail(clauses: readonly string[]): string[] {
  const head = clauses.slice(0, maxSubQuestions - 1);
  return [...head, clauses.slice(maxSubQuestions - 1).join(', ')];
}

/** The word that most clauses share; among equals the longest, then the first. */
function findSubject(clauses: readonly string[]): string {
  const seen = new Map<string, { clauses: number; word: string }>();
  for (const clause of clauses) {
    for (const word of new Set(clause.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])) {
      if (isStopWord(word)) continue;
      const known = seen.get(stem(word));
      if (known === undefined) seen.set(stem(word), { clauses: 1, word });
      else known.clauses++;
    }
  }
  let best = { clauses: 0, word: '' };
  for (const entry of seen.values()) {
    if (entry.clauses > best.clauses || (entry.clauses === best.clauses && entry.word.length > best.word.length))
      best = entry;
  }
  return best.word;
}
