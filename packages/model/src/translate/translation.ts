import type { BeamSearchStep } from '../generate/beam-search.js';
import type { Step } from '../generate/generate.js';
import type { Alignment } from './alignment.js';

/** A piece of a text and its translation. */
export interface TranslatedSegment {
  /** What stands before it in the text: spaces, line breaks. */
  readonly before: string;
  readonly source: string;
  readonly translation: string;
  readonly sourceTokens: readonly number[];
  /** What of the source the vocabulary cannot write, so that the model does not see it: stretches of the source, [start, end) in UTF-16 units. */
  readonly unknownSpans: readonly (readonly [start: number, end: number])[];
  /** The tokens of the translation, without its end token. */
  readonly tokens: readonly number[];
  /** Sum of the natural logs of the probabilities of its tokens, the end token included. */
  readonly logprob: number;
  /** So many tokens does `logprob` count. */
  readonly scoredTokens: number;
  /** logprob / scoredTokens^lengthPenalty. */
  readonly score: number;
  /** An end token was chosen, or the limit or the positions were reached: what is missing then is not translated. */
  readonly finishReason: 'eos' | 'length' | 'positions';
  /** Which tokens and words of the source each of its own looked at, where it was asked for. */
  readonly alignment?: Alignment;
}

/** A text and its translation. */
export interface Translation {
  readonly source: string;
  readonly translation: string;
  /** The tokens of all pieces, without end tokens. */
  readonly tokens: readonly number[];
  /** Sum of the log-probabilities of all pieces / their tokens^lengthPenalty, end tokens counted; 0 for a text without words. */
  readonly score: number;
  readonly segments: readonly TranslatedSegment[];
}

/** Which piece of which text. */
export interface SegmentIndex {
  readonly text: number;
  readonly segment: number;
}

/** A piece begins to be translated. */
export interface SegmentStart extends SegmentIndex {
  readonly kind: 'start';
  readonly delta: string;
  readonly source: string;
  readonly sourceTokens: readonly number[];
  /** Where each token stands in the source, [start, end) in UTF-16 units; [0, 0] for added ones. */
  readonly sourceSpans: readonly (readonly [start: number, end: number])[];
}

/** One more token of a greedy translation of one text. */
export interface TokenStep extends SegmentIndex {
  readonly kind: 'token';
  readonly delta: string;
  readonly step: Step;
}

/** One more step of a beam search for the translation of one text. */
export interface BeamsStep extends SegmentIndex {
  readonly kind: 'beams';
  readonly delta: '';
  readonly step: BeamSearchStep;
}

/** A piece is translated. */
export interface SegmentDone extends SegmentIndex {
  readonly kind: 'segment';
  readonly delta: string;
  readonly result: TranslatedSegment;
  /** Tokens of sources that are translated, and of all. */
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

/** What happens while texts are translated. `delta` is what it adds to the translation: of one text, all of them in turn are the translation. */
export type TranslationStep = SegmentStart | TokenStep | BeamsStep | SegmentDone | TextDone;

/** The translation of a text whose pieces are translated. */
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

/** What stands before a piece: what stood there in the source, or a space where a language without spaces had none and this one needs it. */
export function separatorBefore(
  last: { readonly translation: string } | undefined,
  { before, translation }: { readonly before: string; readonly translation: string },
): string {
  const needed =
    last !== undefined && before === '' && /[.!?,;:…]$/.test(last.translation) && /^[\p{L}\p{N}]/u.test(translation);
  return needed ? ' ' : before;
}
