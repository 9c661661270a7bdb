import type { ComponentReader } from '../formats/json/components.js';
import type { Fields } from '../formats/json/fields.js';
import { type Matcher, readPattern } from '../text/pattern.js';
import { scanKnownPattern } from './known-patterns.js';
import type { PreTokenizer, Splitter } from './pre-tokenizer.js';

/** What becomes of the matches of a delimiter. */
export type SplitBehavior = 'Removed' | 'Isolated' | 'MergedWithPrevious' | 'MergedWithNext' | 'Contiguous';

/** All behaviours, as files name them. */
export const splitBehaviors: readonly SplitBehavior[] = [
  'Removed',
  'Isolated',
  'MergedWithPrevious',
  'MergedWithNext',
  'Contiguous',
];

/** Cuts at the matches of a literal or a regular expression; with `invert` the matches are the pieces. */
export const split: ComponentReader<PreTokenizer> = fields => {
  const behavior = fields.choice('behavior', splitBehaviors);
  const invert = fields.boolean('invert', false);
  const scan = behavior === 'Isolated' ? knownScan(fields) : undefined;
  return [scan ? { scan } : { split: splitAtMatches(readPattern(fields, 'pattern'), behavior, invert) }];
};

const knownScan = (fields: Fields) => {
  const pattern = fields.object('pattern');
  return pattern.has('Regex') ? scanKnownPattern(pattern.string('Regex')) : undefined;
};

/** A cut at the matches of `find`, which are kept, dropped or joined to a neighbour as `behavior` says. */
export const splitAtMatches =
  (find: Matcher, behavior: SplitBehavior, invert = false): Splitter =>
  (text, start, end, cuts) => {
    const matches: number[] = [];
    find(text, start, end, matches);
    const keep = (from: number, to: number) => from < to && cuts.push(from, to);
    if (behavior === 'Removed' && invert) {
      for (let index = 0; index < matches.length; index += 2) keep(matches[index]!, matches[index + 1]!);
      return;
    }
    const parts: MatchSpan[] = [];
    let last = start;
    for (let index = 0; index < matches.length; index += 2) {
      const from = matches[index]!;
      const to = matches[index + 1]!;
      if (last < from) parts.push({ from: last, to: from, isMatch: invert });
      parts.push({ from, to, isMatch: !invert });
      last = to;
    }
    if (last < end) parts.push({ from: last, to: end, isMatch: invert });
    for (const part of mergeRules[behavior](parts)) keep(part.from, part.to);
  };

interface MatchSpan {
  from: number;
  to: number;
  readonly isMatch: boolean;
}

const mergeRules: { readonly [behavior in SplitBehavior]: (parts: readonly MatchSpan[]) => readonly MatchSpan[] } = {
  Isolated: parts => parts,
  Removed: parts => parts.filter(part => !part.isMatch),
  Contiguous: parts => mergeWhere(parts, (previous, part) => previous.isMatch === part.isMatch),
  MergedWithPrevious: parts => mergeWhere(parts, (previous, part) => part.isMatch && !previous.isMatch),
  MergedWithNext: parts => mergeWhere(parts, (previous, part) => previous.isMatch && !part.isMatch),
};

/** Joins neighbours for which `fits` holds; each part is compared with the part before it, not with what they became. */
function mergeWhere(parts: readonly MatchSpan[], fits: (previous: MatchSpan, part: MatchSpan) => boolean): MatchSpan[] {
  const joined: MatchSpan[] = [];
  for (const [index, part] of parts.entries()) {
    const previous = parts[index - 1];
    if (previous && fits(previous, part)) joined.at(-1)!.to = part.to;
    else joined.push({ ...part });
  }
  return joined;
}
