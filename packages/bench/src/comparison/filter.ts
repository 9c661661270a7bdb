import { InvalidArgumentError } from 'commander';

/** What is measured of a part; everything where a field is absent. */
export interface Filter {
  /** The shape of the model. */
  readonly shape?: string;
  /** Vocabularies of the part tokenizer, and titles of wasm, that contain this word. */
  readonly kind?: string;
  /** Texts of the part tokenizer whose name contains this word. */
  readonly text?: string;
  /** Peers of the part wasm whose name contains one of these words. */
  readonly peer?: readonly string[];
}

/** The names that contain a word, whatever its case. Errors, for the command line, if none does. */
export function matchingNames<T extends string>(what: string, names: readonly T[], word = ''): T[] {
  const matches = names.filter(name => name.toLowerCase().includes(word.toLowerCase()));
  if (matches.length === 0) throw new InvalidArgumentError(`bench: no ${what} ${word}; there are ${names.join(', ')}`);
  return matches;
}
