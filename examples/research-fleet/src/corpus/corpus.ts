/**
 * A library of articles about an invented world, written from a seed: the same seed gives the same words on every
 * machine. Subjects are named by syllables; each article visits most aspects of its subject with template sentences and
 * mentions other subjects, so that terms have the uneven frequencies on which BM25 and TextRank depend. The prose is
 * repetitive: it is a corpus to search and condense, not to read for pleasure.
 */
import { type Rng, seededRng } from '@jaegis/std';
import {
  type Aspect,
  aspectQuestions,
  aspectTemplates,
  people,
  regions,
  type SubjectKind,
  seasons,
  subjectKinds,
  syllables,
} from './vocabulary.ts';

export interface Article {
  readonly id: string;
  readonly title: string;
  /** The kind of thing it is about: `mineral`, `bird`, ... */
  readonly topic: string;
  readonly text: string;
}

interface Subject {
  readonly name: string;
  readonly kind: SubjectKind;
  readonly region: string;
}

export const aspects = Object.keys(aspectTemplates) as Aspect[];
const corpusSeed = 20_260_101;

/** Writes `count` articles (default 320, about 12 to 20 sentences each). Takes a few milliseconds. */
export function writeCorpus(options: { seed?: number; count?: number } = {}): Article[] {
  const { seed = corpusSeed, count = 320 } = options;
  const rng = seededRng(seed);
  const subjects = inventSubjects(rng, count);
  return subjects.map((subject, index) => ({
    id: `a${String(index + 1).padStart(4, '0')}`,
    title: `${capital(subject.name)}, ${article(subject.kind.noun)} ${subject.kind.noun} of ${subject.region}`,
    topic: subject.kind.noun,
    text: writeArticle(rng, subject, subjects),
  }));
}

/** Questions about the same corpus, endless and from their own seed; each asks two or three things of one or two subjects. */
export function questionStream(options: { seed?: number; corpusSeed?: number; count?: number } = {}): () => string {
  const { seed = 7, count = 320 } = options;
  const subjects = inventSubjects(seededRng(options.corpusSeed ?? corpusSeed), count);
  const rng = seededRng(seed);
  return () => {
    const subject = rng.pick(subjects);
    const asked = shuffled(rng, aspects).slice(0, rng.chance(0.5) ? 3 : 2);
    const clauses = asked.map((aspect, index) => {
      const about = index === 2 && rng.chance(0.4) ? rng.pick(subjects) : subject;
      return fill(rng.pick(aspectQuestions[aspect]), { name: about.name, region: about.region });
    });
    const last = clauses.pop()!;
    return `${capital(clauses.join(', '))}, and ${last}?`;
  };
}

function inventSubjects(rng: Rng, count: number): Subject[] {
  const taken = new Set<string>();
  const subjects: Subject[] = [];
  while (subjects.length < count) {
    const kind = rng.pick(subjectKinds);
    const name = Array.from({ length: rng.int(2, 3) }, () => rng.pick(syllables)).join('') + rng.pick(kind.suffixes);
    if (taken.has(name)) continue;
    taken.add(name);
    subjects.push({ name, kind, region: rng.pick(regions) });
  }
  return subjects;
}

function writeArticle(rng: Rng, subject: Subject, subjects: readonly Subject[]): string {
  const { name, kind, region } = subject;
  const sentences = [
    `${capital(name)} is ${article(kind.noun)} ${kind.noun} known from the ${rng.pick(kind.habitats)} of ${region}.`,
  ];
  for (const aspect of shuffled(rng, aspects).slice(0, rng.int(5, 7))) {
    for (const template of shuffled(rng, aspectTemplates[aspect]).slice(0, rng.int(2, 3))) {
      const year = rng.int(1_702, 1_931);
      sentences.push(
        fill(template, {
          name,
          Name: capital(name),
          plural: kind.plural,
          person: rng.pick(people),
          region,
          region2: rng.pick(regions),
          other: rng.pick(subjects).name,
          habitat: rng.pick(kind.habitats),
          use: rng.pick(kind.uses),
          part: rng.pick(kind.parts),
          threat: rng.pick(kind.threats),
          season: rng.pick(seasons),
          year: String(year),
          year2: String(year + rng.int(3, 40)),
          percent: String(rng.int(4, 78)),
          count: String(rng.int(3, 240)),
        }),
      );
    }
  }
  return sentences.join(' ');
}

function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (_, key: string) => values[key] ?? key).replace(/^./, (c) => c.toUpperCase());
}

/** Fisher and Yates; the given list is left alone. */
function shuffled<T>(rng: Rng, items: readonly T[]): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = rng.int(0, i);
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function article(noun: string): string {
  return /^[aeiou]/.test(noun) ? 'an' : 'a';
}
