import type { SpokenSentence } from '@residual/model';
import { joinedSamples } from '../joined-samples.js';
import { rate } from '../sound.js';
import {
  type Changes,
  type Manner,
  optionsOf,
  respoken,
  sentencesOf,
  shifted,
  type Utterance,
  unchanged,
} from './utterance.js';
import type { VoiceSession } from './voice-session.js';

/** Noise of the voice, which is the same in every visit. */
const seed = 1;

/** A text that is spoken, as far as it is. */
export interface Spoken {
  readonly text: string;
  readonly utterances: readonly Utterance[];
  /** Whether the whole text was spoken. */
  readonly isWhole: boolean;
}

/** Samples of a sentence that come next; with the first ones, the sentence with its words and phones. */
export interface SpokenPiece {
  readonly samples: Float32Array;
  readonly sentences?: readonly SpokenSentence[];
}

/** Speaks texts, and remembers the sentences so that each of them can be said anew. */
export interface Speaker {
  readonly spoken: Spoken;
  /** The sentences with their times from the beginning. */
  readonly sentences: readonly SpokenSentence[];
  /** All samples. */
  samples(): Float32Array;
  /** Forgets the text. */
  clear(): void;
  /** Speaks a text; one that was spoken whole is spoken again, with the changes of its phones. */
  speak(text: string, manner: Manner, signal: AbortSignal): AsyncGenerator<SpokenPiece>;
  /** Changes the phones of a sentence, which are heard once it is spoken again. */
  change(sentence: number, changes: Changes): void;
  /** Speaks one sentence again. */
  again(sentence: number, manner: Manner, signal: AbortSignal): Promise<void>;
}

/** A speaker with a voice. */
export function speaker(session: Pick<VoiceSession, 'speak'>): Speaker {
  let spoken: Spoken = { text: '', utterances: [], isWhole: false };

  const put = (sentence: number, utterance: Utterance) => {
    spoken = { ...spoken, utterances: spoken.utterances.with(sentence, utterance) };
  };

  /** Speaks the tokens of a sentence with its changes. */
  const anew = async (
    { spoken: sentence, changes }: Utterance,
    manner: Manner,
    signal: AbortSignal,
  ): Promise<Utterance> => {
    const ids = sentence.tokens.map(({ id }) => id);
    const samples: Float32Array[] = [];
    let said = sentence;
    for await (const piece of session.speak(ids, { ...optionsOf(changes, manner), seed, signal })) {
      samples.push(piece.samples);
      if (piece.spoken) said = respoken(sentence, piece.spoken.tokens);
    }
    return { spoken: said, samples: joinedSamples(samples), changes };
  };

  async function* ofNewText(text: string, manner: Manner, signal: AbortSignal): AsyncGenerator<SpokenPiece> {
    spoken = { text, utterances: [], isWhole: false };
    let current: { readonly sentence: SpokenSentence; readonly samples: Float32Array[] } | undefined;
    for await (const piece of session.speak(text, { ...manner, seed, signal })) {
      const { spoken: said, samples, isLast, start } = piece;
      if (said) current = { sentence: shifted(said, -start), samples: [] };
      current!.samples.push(samples);
      const { sentence } = current!;
      const own = {
        spoken: sentence,
        samples: joinedSamples(current!.samples),
        changes: unchanged(sentence.tokens.length),
      };
      const before = said ? spoken.utterances : spoken.utterances.slice(0, -1);
      spoken = { text, utterances: [...before, own], isWhole: false };
      yield { samples, ...((said || isLast) && { sentences: sentencesOf(spoken.utterances, rate) }) };
    }
    spoken = { ...spoken, isWhole: true };
  }

  async function* ofSameText(manner: Manner, signal: AbortSignal): AsyncGenerator<SpokenPiece> {
    const said: Utterance[] = [];
    for (const utterance of spoken.utterances) {
      const next = await anew(utterance, manner, signal);
      said.push(next);
      yield { samples: next.samples, sentences: sentencesOf(said, rate) };
    }
    spoken = { ...spoken, utterances: said };
  }

  return {
    get spoken() {
      return spoken;
    },
    get sentences() {
      return sentencesOf(spoken.utterances, rate);
    },
    samples: () => joinedSamples(spoken.utterances.map(({ samples }) => samples)),
    clear: () => {
      spoken = { text: '', utterances: [], isWhole: false };
    },
    speak: (text, manner, signal) =>
      spoken.isWhole && spoken.text === text ? ofSameText(manner, signal) : ofNewText(text, manner, signal),
    change: (sentence, changes) => put(sentence, { ...spoken.utterances[sentence]!, changes }),
    again: async (sentence, manner, signal) => {
      const before = spoken.utterances[sentence]!;
      put(sentence, await anew(before, manner, signal));
    },
  };
}
