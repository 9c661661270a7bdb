import { ResidualError } from '@residual/tensor';
import type { Tokenizer } from '@residual/tokenizer';
import { isLanguage, isNamedBySource, languageToken } from './languages.js';

/** A source text as the encoder reads it. */
export interface SourceTokens {
  readonly ids: readonly number[];
  /** The span of each token in the text, [start, end) in UTF-16 units; [0, 0] for special tokens and the prefix. */
  readonly spans: readonly (readonly [start: number, end: number])[];
}

/** How source texts are encoded, and how a translation begins. */
export interface SourceReader {
  readonly read: (text: string) => SourceTokens;
  /** The token of the target language if a translation begins with it. */
  readonly forcedBosTokenId: number | undefined;
}

/** The options that say how a source is encoded. */
export interface LanguageOptions {
  /** Text before each source. */
  readonly prefix?: string | undefined;
  /** A language token or its code. */
  readonly sourceLanguage?: string | undefined;
  /** A language token or its code. */
  readonly targetLanguage?: string | undefined;
}

/** Makes a source reader for a prefix and languages. Throws for a language that the vocabulary does not have. */
export function sourceReader(tokenizer: Tokenizer, options: LanguageOptions): SourceReader {
  const { prefix = '', sourceLanguage, targetLanguage } = options;
  const from = sourceLanguage === undefined ? undefined : languageToken('sourceLanguage', tokenizer, sourceLanguage);
  const to = targetLanguage === undefined ? undefined : languageToken('targetLanguage', tokenizer, targetLanguage);
  const languageIds = to !== undefined && isNamedBySource(tokenizer.idToToken(to)) ? [to] : [];
  const read = (text: string): SourceTokens => {
    const encoding = tokenizer.encode(prefix + text);
    const ids = from === undefined ? encoding.ids : withSourceLanguage(tokenizer, encoding.ids, from);
    const inText = (index: number) => Math.max(index - prefix.length, 0);
    return {
      ids: [...languageIds, ...ids],
      get spans() {
        const offsets = encoding.offsets.map(([start, end]) => [inText(start), inText(end)] as const);
        return [...languageIds.map(() => [0, 0] as const), ...offsets];
      },
    };
  };
  return { read, forcedBosTokenId: languageIds.length > 0 ? undefined : to };
}

/** The ids with the source language token in place of the tokenizer's own. */
function withSourceLanguage(tokenizer: Tokenizer, ids: readonly number[], language: number): readonly number[] {
  if (ids.some(id => isLanguage(tokenizer.idToToken(id))))
    return ids.map(id => (isLanguage(tokenizer.idToToken(id)) ? language : id));
  throw new ResidualError(
    'option',
    `translate: sourceLanguage names ${tokenizer.idToToken(language)}, but the tokenizer adds no language to a text`,
  );
}
