import { ResidualError } from '@residual/tensor';

/** A part of a text that is translated as one, with the white space before it. */
export interface Segment {
  readonly before: string;
  readonly text: string;
}

/** A text in segments: all `before` and `text` in turn, then `after`, joined are the text. */
export interface SegmentedText {
  readonly segments: readonly Segment[];
  readonly after: string;
}

/** How a text is split. */
export interface SegmentOptions {
  /** Counts the tokens of a text, including special tokens. */
  readonly count: (text: string) => number;
  /** A line of at most this many tokens and at most two sentences is one segment; others are split into sentences. */
  readonly maxSegmentTokens: number;
  /** How many tokens a segment may have; a longer sentence is split further. */
  readonly maxPositions: number;
  /** The language of the text, as a tag of `Intl`. */
  readonly language?: string | undefined;
  /** The name in the error for a word that does not fit; 'translate' if absent. */
  readonly caller?: string;
}

/**
 * Splits a text into lines, long lines into sentences, and sentences that do not fit at commas or words. Throws if a
 * single word does not fit.
 */
export function segmentsOf(text: string, options: SegmentOptions): SegmentedText {
  const segments: Segment[] = [];
  let before = '';
  for (const line of text.split(lineBreak)) {
    const parts = line.trim() === '' ? [line] : segmentsOfLine(line, options);
    for (const part of parts) {
      const [, left, core, right] = surroundingSpace.exec(part)!;
      if (core === '') before += part;
      else {
        segments.push({ before: before + left!, text: core! });
        before = right!;
      }
    }
  }
  return { segments, after: before };
}

const lineBreak = /(\r\n|[\n\r\v\f\u0085\u2028\u2029])/; // a group, so that split keeps the line breaks
const surroundingSpace = /^(\s*)([\s\S]*?)(\s*)$/;

/** How many sentences of a short line are translated together; models trained on sentences drop some of more. */
const sentencesPerSegment = 2;

/** The segments of a line; joined they are the line. */
function segmentsOfLine(line: string, options: SegmentOptions): string[] {
  const { count, maxSegmentTokens, maxPositions, language } = options;
  const sentences = sentencesOf(line, language);
  if (sentences.length <= sentencesPerSegment && count(line) <= Math.min(maxSegmentTokens, maxPositions)) return [line];
  return sentences.flatMap(sentence => splitToFit(sentence, options));
}

/** The sentences of a line (Unicode Standard Annex 29); a full stop after an abbreviation or an initial ends none. */
function sentencesOf(line: string, language: string | undefined): string[] {
  const sentences: string[] = [];
  let open = '';
  for (const { segment } of new Intl.Segmenter(language, { granularity: 'sentence' }).segment(line)) {
    open += segment;
    if (abbreviation.test(open)) continue;
    sentences.push(open);
    open = '';
  }
  return open === '' ? sentences : [...sentences, open];
}

const abbreviation =
  /(?:^|[\s("'“‘«])(?:Mr|Mrs|Ms|Dr|Prof|St|Mt|Jr|Sr|Mme|Mlle|vs|No|Nr|bzw|z\.B|d\.h|e\.g|i\.e|p\.ex|\p{Lu})\.\s*$/u;

/** A sentence in parts of at most `maxPositions` tokens, halved repeatedly at the best point near the middle. */
function splitToFit(sentence: string, options: SegmentOptions): string[] {
  const { count, maxPositions, language, caller = 'translate' } = options;
  const tokens = sentence.trim() === '' ? 0 : count(sentence);
  if (tokens <= maxPositions) return [sentence];
  const index = splitPoint(sentence, language);
  if (index === undefined) {
    const excerpt = sentence.length > 40 ? `${sentence.slice(0, 40)}…` : sentence;
    throw new ResidualError(
      'positions',
      `${caller}: a word of ${tokens} tokens, '${excerpt}', ` +
        `is longer than the ${maxPositions} positions this model has`,
    );
  }
  return [...splitToFit(sentence.slice(0, index), options), ...splitToFit(sentence.slice(index), options)];
}

/** Where to split: after a comma or the like in the middle half, else between words, else between other characters. */
function splitPoint(text: string, language: string | undefined): number | undefined {
  const middle = text.length / 2;
  const [first, last] = [text.search(/\S/), text.trimEnd().length];
  const best: (number | undefined)[] = [];
  for (const { index } of new Intl.Segmenter(language, { granularity: 'word' }).segment(text)) {
    if (index <= first || index >= last) continue;
    const distance = Math.abs(index - middle);
    const isClauseEnd =
      distance < text.length / 4 && /[,;:–—、，；：]\s*$/u.test(text.slice(Math.max(0, index - 4), index));
    const isWordStart = /\s/.test(text[index - 1]!) && !/\s/.test(text[index]!);
    for (const [rank, fits] of [isClauseEnd, isWordStart, true].entries()) {
      const nearest = best[rank];
      if (fits && (nearest === undefined || distance < Math.abs(nearest - middle))) best[rank] = index;
    }
  }
  return best.find(index => index !== undefined);
}
