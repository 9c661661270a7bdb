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

/** Throws if the model has no durations or pitches that can be given. */
export function expectProsody(
  { layer, composition }: BoundSynthesizer,
  { durations, pitches }: Prosody,
  framesPerSecond: number | undefined,
): void {
  const isParallel = layer.way === 'parallel';
  expectPossible('durations', durations, isParallel && framesPerSecond !== undefined);
  expectPossible('pitches', pitches, isParallel && composition.noiseScale === undefined);
}

/**
 * The prosody of a sentence by its number, with whole frames of `framesPerSecond`, which is undefined for a vocoder
 * whose frames have no whole number of samples. Throws unless it fits the tokens.
 */
export function sentenceProsody(
  { durations, pitches }: Prosody,
  sentence: number,
  { tokens }: ReadSentence,
  framesPerSecond: number | undefined,
): SentenceProsody {
  const isDuration = (value: number) => value >= 0 && value <= maxSeconds;
  const need = `a number of seconds from 0 to ${maxSeconds}`;
  const seconds = numbersOf('durations', durations, sentence, tokens.length, isDuration, need);
  return {
    counts: seconds?.map(value => (value === undefined ? undefined : Math.round(value * framesPerSecond!))),
    pitches: numbersOf('pitches', pitches, sentence, tokens.length, Number.isFinite, 'a finite number'),
  };
}

/** Throws if there are lists for more sentences than were spoken. */
export function expectSentences({ durations, pitches }: Prosody, count: number): void {
  for (const [name, lists] of Object.entries({ durations, pitches }))
    if (lists && lists.length > count)
      throw new ResidualError('option', `speak: ${name} is of ${lists.length} sentences, the text has ${count}`);
}

function expectPossible(name: keyof Prosody, value: TokenNumbers | undefined, fits: boolean): void {
  if (value === undefined || fits) return;
  throw new ResidualError('option', `speak: ${name} is given; it must be absent: this model has no such setting`);
}

/** The numbers of a sentence of so many tokens. Throws unless there is one for each token, or none. */
function numbersOf(
  name: keyof Prosody,
  lists: TokenNumbers | undefined,
  sentence: number,
  length: number,
  fits: (value: number) => boolean,
  need: string,
): readonly (number | undefined)[] | undefined {
  if (lists === undefined) return undefined;
  expectValue(Array.isArray(lists), 'speak', name, lists, 'a list for each sentence');
  if (lists.length <= sentence)
    throw new ResidualError('option', `speak: ${name} is of ${lists.length} sentences, the text has more`);
  const list = lists[sentence];
  if (list === undefined) return undefined;
  const listName = `${name}[${sentence}]`;
  expectValue(Array.isArray(list), 'speak', listName, list, 'a list with a number for each token');
  if (list.length !== length)
    throw new ResidualError('option', `speak: ${listName} has ${list.length} numbers, the sentence ${length} tokens`);
  for (const [i, value] of list.entries())
    if (value !== undefined)
      expectValue(typeof value === 'number' && fits(value), 'speak', `${listName}[${i}]`, value, need, 'range');
  return list;
}
