import { ResidualError } from '@residual/base';
import { allPhones, type Phone } from './phones.js';

/** What translates letters to phones, both apart by spaces: a model of `@residual/model`, trained on such pairs. */
export interface LettersToSounds<Options extends object> {
  translate(
    texts: readonly string[],
    options?: Options,
  ): { result(): Promise<readonly { readonly translation: string }[]> };
}

/** The longest word that is spelled to a model; a longer one is read in parts of this length. */
const longestPart = 24;

/**
 * The phones of words of small letters and apostrophes, by a model that was trained on the letters and phones of a
 * dictionary. `pronounce` takes the result: `{ lettersToSounds: word => sounds.get(word) ?? [] }`. `options` are those
 * of `model.translate`. Errors for a word with other characters, and for a model that answers with other things than
 * phones.
 */
export async function pronounceWords<Options extends object>(
  words: readonly string[],
  model: LettersToSounds<Options>,
  options?: Options,
): Promise<ReadonlyMap<string, readonly Phone[]>> {
  const distinct = [...new Set(words)];
  for (const word of distinct)
    if (!/^[a-z'][a-z'.]*$/.test(word))
      throw new ResidualError(
        'option',
        `pronounceWords: ${JSON.stringify(word)} is no word of small letters from a to z and apostrophes`,
      );
  const parts = distinct.flatMap(word =>
    Array.from({ length: Math.ceil(word.length / longestPart) }, (_, i) => ({
      word,
      letters: [...word.slice(i * longestPart, (i + 1) * longestPart)].filter(letter => letter !== '.').join(' '),
    })),
  );
  if (parts.length === 0) return new Map();
  const outputs = await model
    .translate(
      parts.map(({ letters }) => letters),
      options,
    )
    .result();
  const known = new Set<string>(allPhones());
  const sounds = new Map<string, Phone[]>(distinct.map(word => [word, []]));
  for (const [i, { word }] of parts.entries()) {
    const phones = outputs[i]!.translation.split(' ').filter(phone => phone !== '');
    const other = phones.find(phone => !known.has(phone));
    if (other !== undefined)
      throw new ResidualError(
        'format',
        `pronounceWords: the model answers ${JSON.stringify(other)} for ${JSON.stringify(word)}, which is no phone; ` +
          'it must have been trained on letters and phones',
      );
    sounds.get(word)!.push(...(phones as Phone[]));
  }
  return sounds;
}
