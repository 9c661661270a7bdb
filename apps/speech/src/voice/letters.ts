import { loadOnce } from '@residual/appkit';
import { wordAlignment } from '@residual/model';
import { openDictionary, type PronouncingDictionary } from '@residual/pronunciation';
import { dictionaryAddress } from './voice-files.js';
import type { VoiceSession } from './voice-session.js';

/** A word as the small encoder-decoder reads it: its letters, the phones, and where each phone came from. */
export interface SpelledWord {
  readonly letters: readonly string[];
  readonly phones: readonly string[];
  /** The cross-attention from phones to letters, the mean over layers and heads: [phones, letters]. */
  readonly weights: { readonly shape: readonly number[]; readonly data: ArrayLike<number> };
}

/** Where the sounds of words come from. */
export interface Letters {
  /** How many words the dictionary has. */
  size(): Promise<number>;
  /** Whether the dictionary has a word. */
  knows(word: string): Promise<boolean>;
  /** Reads the letters of a word from a to z; undefined for a word without one. */
  spell(word: string, signal: AbortSignal): Promise<SpelledWord | undefined>;
}

/** The longest word that the model reads. */
const longest = 24;

/** The dictionary and the model of letters and sounds, loaded when they are first asked. */
export function lettersOf(session: Pick<VoiceSession, 'letters'>): Letters {
  const dictionary = loadOnce(async (): Promise<PronouncingDictionary> => {
    const response = await fetch(dictionaryAddress());
    if (!response.ok) throw new Error(`The pronouncing dictionary was not found (${response.status}).`);
    return openDictionary(new Uint8Array(await response.arrayBuffer()));
  });
  return {
    size: async () => (await dictionary()).size,
    knows: async word => (await dictionary()).get(word) !== undefined,
    spell: async (word, signal) => {
      const letters = word.replaceAll(/[^a-z']/g, '').slice(0, longest);
      if (letters === '') return undefined;
      const model = await session.letters();
      const { segments } = await model.translate([...letters].join(' '), { alignments: true, signal }).result();
      const { source, translation, alignment } = segments[0]!;
      const spans = (text: string) =>
        [...text.matchAll(/\S+/g)].map(({ 0: part, index }) => [index, index + part.length] as const);
      const [sourceWords, targetWords] = [spans(source), spans(translation)];
      return {
        letters: [...letters],
        phones: translation.split(' ').filter(phone => phone !== ''),
        weights: wordAlignment({ ...alignment!, sourceWords, targetWords }),
      };
    },
  };
}
