import { type Component, required } from '../formats/json/components.js';
import type { Fields } from '../formats/json/fields.js';
import { spacedWord } from '../formats/sentencepiece/to-json-patterns.js';
import { type Matcher, readPattern } from '../text/pattern.js';
import { scanKnownPattern } from './known-patterns.js';
import type { PreTokenizer, Scan, Splitter } from './pre-tokenizer.js';

/** What happens to the matches of a delimiter. */
export type SplitBehavior = 'Removed' | 'Isolated' | 'MergedWithPrevious' | 'MergedWithNext' | 'Contiguous';

/** All behaviors, as files name them. */
export const splitBehaviors: readonly SplitBehavior[] = [
  'Removed',
  'Isolated',
  'MergedWithPrevious',
  'MergedWithNext',
  'Contiguous',
];

/** Splits at the matches of a literal or a regular expression. With `invert` the matches are the pre-tokens. */
export const split: Component<PreTokenizer> = {
  type: 'Split',
  fields: { pattern: required, behavior: required, invert: false },
  fromJson: fields => {
    const behavior = fields.choice('behavior', splitBehaviors);
    const invert = fields.boolean('invert');
    const scan = knownScan(fields);
    return [scan ? { scan } : { split: splitAtMatches(readPattern(fields, 'pattern'), behavior, invert) }];
  },
  spaceRule: (fields, space) => {
    const regex = regexOf(fields);
    if (regex === undefined) return undefined;
    const behavior = fields.string('behavior');
    if (space === '▁' && regex === spacedWord && behavior === 'Isolated') return { space, splits: 'words' };
    if (space !== ' ') return undefined;
    if (knownScan(fields)) return { space, splits: 'lines' };
    const keepsLetters =
      behavior === 'Isolated' ? alwaysMatchesLetters(regex) : behavior === 'Removed' && fields.boolean('invert');
    return keepsLetters && matchesNoSpace(regex) ? { space, splits: 'words' } : undefined;
  },
};

const regexOf = (fields: Fields) => {
  const pattern = fields.object('pattern');
  return pattern.has('Regex') ? pattern.string('Regex') : undefined;
};

/** The hand-written scan of a known pattern that isolates its matches; undefined for all others. */
function knownScan(fields: Fields): Scan | undefined {
  const regex = regexOf(fields);
  return regex !== undefined && fields.string('behavior') === 'Isolated' ? scanKnownPattern(regex) : undefined;
}

/** Whether a regular expression of letters, apostrophes and classes only never matches white space, as CLIP's. */
const matchesNoSpace = (regex: string) =>
  regex.replace(/\[\^\\s(?:\\p\{[LN]\})*\]|\[\\p\{[LN]\}\]|\\p\{[LN]\}|[a-z'|+]/g, '') === '';

/** Whether letters always belong to a match, unlike spaces. */
const alwaysMatchesLetters = (regex: string) => /(?:^|\|)(?:\[\\p\{L\}\]|\\p\{L\})\+/.test(regex);

/** Splits at the matches of `find`, which are kept, removed or joined to a neighbour according to `behavior`. */
export const splitAtMatches =
  (find: Matcher, behavior: SplitBehavior, invert = false): Splitter =>
  (text, start, end, spans) => {
    const matches: number[] = [];
    find(text, start, end, matches);
    const keep = (from: number, to: number) => from < to && spans.push(from, to);
    if (behavior === 'Removed' && invert) {
      for (let index = 0; index < matches.length; index += 2) keep(matches[index]!, matches[index + 1]!);
      return;
    }
    const segments: MatchSpan[] = [];
    let last = start;
    for (let index = 0; index < matches.length; index += 2) {
      const from = matches[index]!;
      const to = matches[index + 1]!;
      if (last < from) segments.push({ from: last, to: from, isMatch: invert });
      segments.push({ from, to, isMatch: !invert });
      last = to;
    }
    if (last < end) segments.push({ from: last, to: end, isMatch: invert });
    for (const segment of mergeRules[behavior](segments)) keep(segment.from, segment.to);
  };

interface MatchSpan {
  from: number;
  to: number;
  readonly isMatch: boolean;
}

const mergeRules: { readonly [behavior in SplitBehavior]: (segments: readonly MatchSpan[]) => readonly MatchSpan[] } = {
  Isolated: segments => segments,
  Removed: segments => segments.filter(segment => !segment.isMatch),
  Contiguous: segments => mergeWhere(segments, (previous, segment) => previous.isMatch === segment.isMatch),
  MergedWithPrevious: segments => mergeWhere(segments, (previous, segment) => segment.isMatch && !previous.isMatch),
  MergedWithNext: segments => mergeWhere(segments, (previous, segment) => previous.isMatch && !segment.isMatch),
};

/**
 * Joins neighbours for which `fits` holds. Each segment is compared with the original segment before it, not with the
 * joined one.
 */
function mergeWhere(
  segments: readonly MatchSpan[],
  fits: (previous: MatchSpan, segment: MatchSpan) => boolean,
): MatchSpan[] {
  const joined: MatchSpan[] = [];
  for (const [index, segment] of segments.entries()) {
    const previous = segments[index - 1];
    if (previous && fits(previous, segment)) joined.at(-1)!.to = segment.to;
    else joined.push({ ...segment });
  }
  return joined;
}
