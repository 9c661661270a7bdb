import { expectValue, ResidualError } from '@residual/tensor';
import type { BoundSynthesizer } from '../model-kind.js';
import type { ReadSentence } from './read-text.js';

/** Numbers of the tokens of each sentence; undefined where the model decides. */
export type TokenNumbers = readonly (readonly (number | undefined)[] | undefined)[];

/** How the tokens of each sentence are said, where the caller says it. */
export interface Prosody {
  /** How long each token lasts, in seconds; what `speed` says does not change it. */
  readonly durations?: TokenNumbers | undefined;
  /** The pitch of each token, in the units of `SpokenToken.pitch`; what `pitch` says is not added to it. */
  readonly pitches?: TokenNumbers | undefined;
}

/** The prosody of one sentence. */
export interface SentenceProsody {
  /** How many frames each token lasts. */
  readonly counts?: readonly (number | undefined)[] | undefined;
  readonly pitches?: readonly (number | undefined)[] | undefined;
}

/** The longest that one token may last, in seconds. */
const maxSeconds = 60;

/**
 * The prosody of each sentence, with whole frames of `framesPerSecond`, which is undefined for a vocoder whose frames
 * have no whole number of samples. Throws unless it fits the sentences and the model.
 */
export function sentenceProsodies(
  { layer, composition }: BoundSynthesizer,
  { durations, pitches }: Prosody,
  sentences: readonly ReadSentence[],
  framesPerSecond: number | undefined,
): SentenceProsody[] {
  const isParallel = layer.way === 'parallel';
  expectPossible('durations', durations, isParallel && framesPerSecond !== undefined);
  expectPossible('pitches', pitches, isParallel && composition.noiseScale === undefined);
  const isDuration = (value: number) => value >= 0 && value <= maxSeconds;
  expectFits('durations', durations, sentences, isDuration, `a number of seconds from 0 to ${maxSeconds}`);
  expectFits('pitches', pitches, sentences, Number.isFinite, 'a finite number');
  const framesOf = (seconds: number | undefined) =>
    seconds === undefined ? undefined : Math.round(seconds * framesPerSecond!);
  return sentences.map((_, i) => ({ counts: durations?.[i]?.map(framesOf), pitches: pitches?.[i] }));
}

function expectPossible(name: keyof Prosody, value: TokenNumbers | undefined, fits: boolean): void {
  if (value === undefined || fits) return;
  throw new ResidualError('option', `speak: ${name} is given; it must be absent: this model has no such setting`);
}

/** Throws unless there is a list for each sentence, or none, with a number for each token, or none. */
function expectFits(
  name: keyof Prosody,
  lists: TokenNumbers | undefined,
  sentences: readonly ReadSentence[],
  fits: (value: number) => boolean,
  need: string,
): void {
  if (lists === undefined) return;
  expectValue(Array.isArray(lists), 'speak', name, lists, 'a list for each sentence');
  if (lists.length !== sentences.length)
    throw new ResidualError(
      'option',
      `speak: ${name} is of ${lists.length} sentences, the text has ${sentences.length}`,
    );
  for (const [i, list] of lists.entries()) {
    if (list === undefined) continue;
    const { length } = sentences[i]!.tokens;
    expectValue(Array.isArray(list), 'speak', `${name}[${i}]`, list, 'a list with a number for each token');
    if (list.length !== length)
      throw new ResidualError(
        'option',
        `speak: ${name}[${i}] has ${list.length} numbers, the sentence ${length} tokens`,
      );
    for (const [k, value] of list.entries())
      if (value !== undefined)
        expectValue(typeof value === 'number' && fits(value), 'speak', `${name}[${i}][${k}]`, value, need, 'range');
  }
}
