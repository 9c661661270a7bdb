import { type Alternative, alternativesOf } from '@residual/appkit';
import type { TranscribedSegment, TranscribedWord, TranscriptionStep } from '@residual/model';

/** A word that was heard. */
export interface HeardWord extends TranscribedWord {
  /** For each of its tokens the tokens that the decoder considered, most likely first. */
  readonly alternatives: readonly (readonly Alternative[])[];
}

/** One token with what else was considered. */
export interface HeardToken {
  readonly token: number;
  readonly text: string;
  readonly alternatives: readonly Alternative[];
}

/** What one step of the decoder says about its token. */
export function heardToken({ step }: Extract<TranscriptionStep, { kind: 'token' }>): HeardToken {
  const { text, token, logprob, topLogprobs } = step;
  const likely = topLogprobs.map(each => ({ token: each.token, probability: Math.exp(each.logprob) }));
  return { token, text, alternatives: alternativesOf(token, Math.exp(logprob), likely) };
}

/**
 * The words of segments with the alternatives of their tokens, which are among the decoded ones in the same order;
 * tokens between them, such as times, belong to no word.
 */
export function heardWords(segments: readonly TranscribedSegment[], decoded: readonly HeardToken[]): HeardWord[] {
  let next = 0;
  const alternativesOf = (token: number): readonly (readonly Alternative[])[] => {
    const index = decoded.findIndex((each, i) => i >= next && each.token === token);
    if (index < 0) return [];
    next = index + 1;
    return [decoded[index]!.alternatives];
  };
  return segments
    .flatMap(({ words = [] }) => words)
    .map(word => ({ ...word, alternatives: word.tokens.flatMap(alternativesOf) }));
}
