import type { BeamSearchStep } from '../generate/beam-policy.js';
import type { Step } from '../generate/sampling-policy.js';
import type { Alignment } from './alignment.js';

/** A segment of a text and its translation. */
export interface TranslatedSegment {
  /** The white space before it in the text. */
  readonly before: string;
  readonly source: string;
  readonly translation: string;
  readonly sourceTokens: readonly number[];
  /**
   * Spans of the source that the vocabulary cannot encode, so that the model does not see them, [start, end) in UTF-16
   * units.
   */
  readonly unknownSpans: readonly (readonly [start: number, end: number])[];
  /** The tokens of the translation, without its end token. */
  readonly tokens: readonly number[];
  /** Sum of the natural logs of the probabilities of its tokens, including the end token. */
  readonly logprob: number;
  /** How many tokens `logprob` covers. */
  readonly scoredTokens: number;
  /** logprob / scoredTokens^lengthPenalty. */
  readonly score: number;
  /** `length` and `positions`: the limit or the positions were reached, and the rest is not translated. */
  readonly finishReason: 'eos' | 'length' | 'positions';
  /** The alignment of source and translation, if `alignments` asked for it. */
  readonly alignment?: Alignment;
}

/** A text and its translation. */
export interface Translation {
  readonly source: string;
  readonly translation: string;
  /** The tokens of all segments, without end tokens. */
  readonly tokens: readonly number[];
  /** Sum of the log-probabilities of all segments / scoredTokens^lengthPenalty; 0 for a text without words. */
  readonly score: number;
  readonly segments: readonly TranslatedSegment[];
}

/** The index of a text and of a segment in it. */
export interface SegmentIndex {
  readonly text: number;
  readonly segment: number;
}

/** The translation of a segment starts. */
export interface SegmentStart extends SegmentIndex {
  readonly kind: 'start';
  readonly delta: string;
  readonly source: string;
  readonly sourceTokens: readonly number[];
  /** The span of each token in the source, [start, end) in UTF-16 units; [0, 0] for special tokens. */
  readonly sourceSpans: readonly (readonly [start: number, end: number])[];
}

/** One more token of a greedy translation of a single text. */
export interface TokenStep extends SegmentIndex {
  readonly kind: 'token';
  readonly delta: string;
  readonly step: Step;
}

/** One more step of a beam search for the translation of a single text. */
export interface BeamsStep extends SegmentIndex {
  readonly kind: 'beams';
  readonly delta: '';
  readonly step: BeamSearchStep;
}

/** A segment is translated. */
export interface SegmentDone extends SegmentIndex {
  readonly kind: 'segment';
  readonly delta: string;
  readonly result: TranslatedSegment;
  /** The source tokens translated so far, and in total. */
  readonly done: number;
  readonly total: number;
}

/** A text is translated. */
export interface TextDone {
  readonly kind: 'text';
  readonly text: number;
  readonly delta: string;
  readonly translation: Translation;
}

/**
 * A step of a translation. `delta` is the text that it adds; of a single text, all deltas joined are the translation.
 */
export type TranslationStep = SegmentStart | TokenStep | BeamsStep | SegmentDone | TextDone;

/** The translation of a text from its translated segments. */
export function translationOf(
  source: string,
  segments: readonly TranslatedSegment[],
  after: string,
  lengthPenalty: number,
): Translation {
  const sum = (of: (segment: TranslatedSegment) => number) =>
    segments.reduce((total, segment) => total + of(segment), 0);
  return {
    source,
    translation:
      segments.map((segment, i) => separatorBefore(segments[i - 1], segment) + segment.translation).join('') + after,
    tokens: segments.flatMap(({ tokens }) => tokens),
    score:
      segments.length === 0
        ? 0
        : sum(({ logprob }) => logprob) / sum(({ scoredTokens }) => scoredTokens) ** lengthPenalty,
    segments,
  };
}

/**
 * The text before a translated segment: the white space of the source, or a space if the source, in a language without
 * spaces, had none and the translation needs one.
 */
export function separatorBefore(
  last: { readonly translation: string } | undefined,
  { before, translation }: { readonly before: string; readonly translation: string },
): string {
  const needed =
    last !== undefined && before === '' && /[.!?,;:…]$/.test(last.translation) && /^[\p{L}\p{N}]/u.test(translation);
  return needed ? ' ' : before;
}
