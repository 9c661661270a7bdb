import { ResidualError } from '@residual/tensor';
import type { Tokenizer } from '@residual/tokenizer';
import { isLanguage, isNamedBySource, languageToken } from './languages.js';

/** A text as the encoder reads it. */
export interface SourceTokens {
  readonly ids: readonly number[];
  /** Where each token stands in the text, [start, end) in UTF-16 units; [0, 0] for those that are around it, and for the prefix. */
  readonly spans: readonly (readonly [start: number, end: number])[];
}

/** How texts become what the encoder reads, and how a translation has to begin. */
export interface SourceReader {
  readonly read: (text: string) => SourceTokens;
  /** The token that a translation begins with, where the target language is named by one. */
  readonly forcedBosTokenId: number | undefined;
}

/** The settings that say how a text is read. */
export interface LanguageOptions {
  readonly prefix?: string | undefined;
  readonly sourceLanguage?: string | undefined;
  readonly targetLanguage?: string | undefined;
}

/** Makes sense of prefix and languages. Errors for a language that the vocabulary does not name. */
export function sourceReader(tokenizer: Tokenizer, options: LanguageOptions): SourceReader {
  const { prefix = '', sourceLanguage, targetLanguage } = options;
  const from = sourceLanguage === undefined ? undefined : languageToken('sourceLanguage', tokenizer, sourceLanguage);
  const to = targetLanguage === undefined ? undefined : languageToken('targetLanguage', tokenizer, targetLanguage);
  const named = to !== undefined && isNamedBySource(tokenizer.idToToken(to)) ? [to] : [];
  const read = (text: string): SourceTokens => {
    const encoding = tokenizer.encode(prefix + text);
    const ids = from === undefined ? encoding.ids : withSourceLanguage(tokenizer, encoding.ids, from);
    const inText = (at: number) => Math.max(at - prefix.length, 0);
    return {
      ids: [...named, ...ids],
      get spans() {
        const own = encoding.offsets.map(([start, end]) => [inText(start), inText(end)] as const);
        return [...named.map(() => [0, 0] as const), ...own];
      },
    };
  };
  return { read, forcedBosTokenId: named.length > 0 ? undefined : to };
}

/** The ids with the token of the source language in the place of the one that the tokenizer puts there. */
function withSourceLanguage(tokenizer: Tokenizer, ids: readonly number[], language: number): readonly number[] {
  if (ids.some(id => isLanguage(tokenizer.idToToken(id))))
    return ids.map(id => (isLanguage(tokenizer.idToToken(id)) ? language : id));
  const said = `names ${tokenizer.idToToken(language)}, but the tokenizer puts no language around a text`;
  throw new ResidualError('option', `translate: sourceLanguage ${said}`);
}
