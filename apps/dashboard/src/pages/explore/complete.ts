/**
 * What could be written at the cursor of a PromQL expression. Looks back from the cursor at the text only, so it also
 * helps in an expression that is not whole yet; it does not know types, and offers a name where only a number would do.
 */
export interface Vocabulary {
  readonly metrics: readonly string[];
  readonly labels: readonly string[];
  /** Values of the label that the cursor stands behind; empty until they are known. */
  readonly values: readonly string[];
}

export interface Place {
  readonly kind: 'name' | 'label' | 'value' | 'duration' | 'none';
  /** Where the word that is being written begins. */
  readonly from: number;
  readonly word: string;
  /** The label whose value is written, for `value`. */
  readonly label?: string;
}

export interface Suggestion {
  readonly text: string;
  readonly kind: 'metric' | 'function' | 'aggregation' | 'label' | 'value' | 'duration';
}

const functions =
  'abs absent absent_over_time avg_over_time ceil changes clamp clamp_max clamp_min count_over_time day_of_month day_of_week day_of_year days_in_month delta deriv exp floor histogram_avg histogram_count histogram_fraction histogram_quantile histogram_sum hour idelta increase irate label_join label_replace last_over_time ln log10 log2 max_over_time min_over_time minute month predict_linear present_over_time quantile_over_time rate resets round scalar sgn sort sort_desc sqrt stddev_over_time stdvar_over_time sum_over_time time timestamp vector year'.split(
    ' ',
  );
const aggregations =
  'avg bottomk count count_values group max min quantile stddev stdvar sum topk by without on ignoring group_left group_right offset bool'.split(
    ' ',
  );
const durations = ['30s', '1m', '5m', '15m', '1h', '6h', '1d'];
const mostSuggestions = 12;

/** What kind of word stands before the cursor. */
export function placeAt(text: string, cursor: number): Place {
  const before = text.slice(0, cursor);
  const none: Place = { kind: 'none', from: cursor, word: '' };
  const scope = openScope(before);
  const word = /[a-zA-Z_:][\w:]*$/.exec(before)?.[0] ?? '';
  const from = cursor - word.length;
  if (scope.quote !== undefined) {
    const label =
      scope.bracket === '{' ? /([a-zA-Z_]\w*)\s*(?:=~|!~|!=|=)\s*$/.exec(before.slice(0, scope.quote))?.[1] : undefined;
    if (label === undefined) return none;
    return { kind: 'value', from: scope.quote + 1, word: before.slice(scope.quote + 1), label };
  }
  if (scope.bracket === '[') {
    const duration = /[\w.]*$/.exec(before)?.[0] ?? '';
    return { kind: 'duration', from: cursor - duration.length, word: duration };
  }
  if (scope.bracket === '{') return { kind: 'label', from, word };
  if (isGrouping(before, scope.at)) return { kind: 'label', from, word };
  return word === '' && /[\w)\]}]\s*$/.test(before) ? none : { kind: 'name', from, word };
}

/** The suggestions for a place, those that begin with the word first; the word itself is no suggestion. */
export function suggest(place: Place, vocabulary: Vocabulary): Suggestion[] {
  const of = (texts: readonly string[], kind: Suggestion['kind']) => texts.map((text) => ({ text, kind }));
  const all: Record<Place['kind'], () => Suggestion[]> = {
    none: () => [],
    duration: () => of(durations, 'duration'),
    label: () => of(vocabulary.labels, 'label'),
    value: () => of(vocabulary.values, 'value'),
    name: () => [...of(vocabulary.metrics, 'metric'), ...of(functions, 'function'), ...of(aggregations, 'aggregation')],
  };
  if (place.kind === 'name' && place.word === '') return [];
  const word = place.word.toLowerCase();
  const rank = (text: string) => (text.toLowerCase().startsWith(word) ? 0 : 1);
  return all[place.kind]()
    .filter(({ text }) => text.toLowerCase().includes(word) && text !== place.word)
    .sort((a, b) => rank(a.text) - rank(b.text))
    .slice(0, mostSuggestions);
}

/** The text with the suggestion in the place of the word, and where the cursor stands then. */
export function accept(
  text: string,
  cursor: number,
  choice: { readonly place: Place; readonly suggestion: Suggestion },
): { text: string; cursor: number } {
  const { place, suggestion } = choice;
  const rest = text.slice(cursor);
  const tail = suggestion.kind === 'function' && !rest.startsWith('(') ? '(' : '';
  const written = (suggestion.kind === 'value' ? JSON.stringify(suggestion.text).slice(1, -1) : suggestion.text) + tail;
  return { text: text.slice(0, place.from) + written + rest, cursor: place.from + written.length };
}

interface Scope {
  /** The innermost bracket that is open at the end of the text, and where it stands. */
  readonly bracket: string | undefined;
  readonly at: number;
  /** Where the quote stands that is open at the end of the text. */
  readonly quote: number | undefined;
}

function openScope(text: string): Scope {
  const open: number[] = [];
  let quote: number | undefined;
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (quote !== undefined) {
      if (char === '\\') i++;
      else if (char === text[quote]) quote = undefined;
    } else if (char === '"' || char === "'" || char === '`') quote = i;
    else if (char === '(' || char === '{' || char === '[') open.push(i);
    else if (char === ')' || char === '}' || char === ']') open.pop();
  }
  const at = open.at(-1) ?? -1;
  return { bracket: at < 0 ? undefined : text[at], at, quote };
}

/** `by (`, `on(` and their like hold labels. */
function isGrouping(text: string, bracketAt: number): boolean {
  return bracketAt >= 0 && /\b(by|without|on|ignoring|group_left|group_right)\s*$/.test(text.slice(0, bracketAt));
}
