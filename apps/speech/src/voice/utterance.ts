import type { SpeakOptions, SpokenSentence, SpokenToken } from '@residual/model';

/** What the visitor has changed in a sentence: a number for a token, undefined where the model decides. */
export interface Changes {
  /** How long tokens last at speed 1, in seconds. */
  readonly durations: readonly (number | undefined)[];
  /** The pitch of tokens, before the pitch of the whole is added. */
  readonly pitches: readonly (number | undefined)[];
}

/** A sentence that was spoken. */
export interface Utterance {
  /** Its times are those from its beginning. */
  readonly spoken: SpokenSentence;
  readonly samples: Float32Array;
  readonly changes: Changes;
}

/** How everything is spoken. */
export interface Manner {
  readonly speed: number;
  readonly pitch: number;
}

/** No changes of so many tokens. */
export const unchanged = (count: number): Changes => {
  const none = Array<undefined>(count).fill(undefined);
  return { durations: none, pitches: none };
};

/** Changes with another duration of a token, as it is heard at a speed; undefined takes the change back. */
export const withDuration = (
  changes: Changes,
  token: number,
  seconds: number | undefined,
  { speed }: Manner,
): Changes => ({
  ...changes,
  durations: changes.durations.with(token, seconds === undefined ? undefined : seconds * speed),
});

/** Changes with another pitch of a token, as it is heard; undefined takes the change back. */
export const withPitch = (changes: Changes, token: number, value: number | undefined, { pitch }: Manner): Changes => ({
  ...changes,
  pitches: changes.pitches.with(token, value === undefined ? undefined : value - pitch),
});

/** The options with which the model speaks one sentence with its changes. */
export function optionsOf({ durations, pitches }: Changes, { speed, pitch }: Manner): SpeakOptions {
  const isGiven = (each: number | undefined) => each !== undefined;
  return {
    ...{ speed, pitch },
    ...(durations.some(isGiven) && { durations: [durations.map(each => each && each / speed)] }),
    ...(pitches.some(isGiven) && { pitches: [pitches.map(each => (each === undefined ? undefined : each + pitch))] }),
  };
}

/** A sentence whose times are so many seconds later. */
export function shifted(sentence: SpokenSentence, seconds: number): SpokenSentence {
  const later = <Timed extends { readonly start: number; readonly end: number }>(each: Timed): Timed => ({
    ...each,
    start: each.start + seconds,
    end: each.end + seconds,
  });
  return { ...later(sentence), tokens: sentence.tokens.map(later), words: sentence.words.map(later) };
}

/** A sentence whose tokens were spoken anew: its words are where their tokens are now. */
export function respoken(sentence: SpokenSentence, tokens: readonly SpokenToken[]): SpokenSentence {
  const words = sentence.words.map(word => {
    const own = word.tokens.map(index => tokens[index]!);
    return { ...word, start: own[0]?.start ?? 0, end: own.at(-1)?.end ?? 0 };
  });
  const merged = sentence.tokens.map((token, i) => ({ ...tokens[i]!, token: token.token, span: token.span }));
  return { ...sentence, start: 0, end: merged.at(-1)?.end ?? 0, tokens: merged, words };
}

/** The sentences of utterances, one after the other, with their times from the beginning of the first. */
export function sentencesOf(utterances: readonly Utterance[], sampleRate: number): SpokenSentence[] {
  let made = 0;
  return utterances.map(({ spoken, samples }) => {
    const sentence = shifted(spoken, made / sampleRate);
    made += samples.length;
    return sentence;
  });
}
