import { rankFile } from './rank-file.js';
import { type EncodingName, ranksOf, tokenizerFile, type VocabularyName } from './vocabularies.js';

/** The names of the libraries. */
export type TokenizerName =
  | 'residual'
  | 'tiktoken'
  | 'gpt-tokenizer'
  | 'js-tiktoken'
  | 'ai-tokenizer'
  | '@huggingface/tokenizers';

/** A loaded tokenizer: its loading time in milliseconds, its encoder, and the bytes of its caches. */
export interface LoadedTokenizer {
  readonly milliseconds: number;
  readonly encode: (text: string) => ArrayLike<number>;
  readonly cacheBytes?: () => number;
}

/** Loads a vocabulary with one of the libraries. */
export async function load(name: TokenizerName, vocabulary: VocabularyName): Promise<LoadedTokenizer> {
  if (vocabulary === 'r50k_base' || vocabulary === 'cl100k_base') return loadRanks(name, vocabulary);
  const text = await tokenizerFile(vocabulary);
  if (name === 'residual') {
    const { tokenizerFromJson } = await import('@residual/tokenizer');
    return timed(
      () => tokenizerFromJson(text),
      tokenizer => ({
        encode: input => tokenizer.encode(input).ids,
        cacheBytes: () => tokenizer.cacheBytes,
      }),
    );
  }
  const { Tokenizer } = await import('@huggingface/tokenizers');
  return timed(
    () => new Tokenizer(JSON.parse(text), {}),
    tokenizer => ({ encode: input => tokenizer.encode(input).ids }),
  );
}

async function loadRanks(name: TokenizerName, encoding: EncodingName): Promise<LoadedTokenizer> {
  switch (name) {
    case 'residual': {
      const { tiktokenTokenizer } = await import('@residual/tokenizer/tiktoken');
      const file = rankFile(await ranksOf(encoding));
      return timed(
        () => tiktokenTokenizer(file),
        tokenizer => ({
          encode: input => tokenizer.encode(input).ids,
          cacheBytes: () => tokenizer.cacheBytes,
        }),
      );
    }
    case 'tiktoken': {
      const { get_encoding } = await import('tiktoken');
      return timed(
        () => get_encoding(encoding === 'r50k_base' ? 'r50k_base' : 'cl100k_base'),
        tokenizer => ({ encode: input => tokenizer.encode(input) }),
      );
    }
    case 'js-tiktoken': {
      const { Tiktoken } = await import('js-tiktoken/lite');
      const ranks = (await ranksOf(encoding)) as ConstructorParameters<typeof Tiktoken>[0];
      return timed(
        () => new Tiktoken(ranks),
        tokenizer => ({ encode: input => tokenizer.encode(input) }),
      );
    }
    case 'gpt-tokenizer': {
      const { encode } = await (encoding === 'r50k_base'
        ? import('gpt-tokenizer/encoding/r50k_base')
        : import('gpt-tokenizer/encoding/cl100k_base'));
      return timed(
        () => encode,
        () => ({ encode: input => encode(input) }),
      );
    }
    case 'ai-tokenizer': {
      if (encoding === 'r50k_base') throw new Error('bench: ai-tokenizer has no r50k_base');
      const { Tokenizer } = await import('ai-tokenizer');
      const { cl100k_base } = await import('ai-tokenizer/encoding');
      return timed(
        () => new Tokenizer(cl100k_base),
        tokenizer => ({ encode: input => tokenizer.encode(input) }),
      );
    }
    default: {
      if (encoding !== 'r50k_base') throw new Error("bench: @huggingface/tokenizers reads GPT-2's file, no ranks");
      return load('@huggingface/tokenizers', 'GPT-2');
    }
  }
}

/** The libraries that support a vocabulary. */
export function librariesOf(vocabulary: VocabularyName): readonly TokenizerName[] {
  if (vocabulary === 'r50k_base')
    return ['residual', 'tiktoken', 'gpt-tokenizer', 'js-tiktoken', '@huggingface/tokenizers'];
  if (vocabulary === 'cl100k_base') return ['residual', 'tiktoken', 'gpt-tokenizer', 'js-tiktoken', 'ai-tokenizer'];
  return ['residual', '@huggingface/tokenizers'];
}

function timed<T>(make: () => T, use: (tokenizer: T) => Omit<LoadedTokenizer, 'milliseconds'>): LoadedTokenizer {
  const start = performance.now();
  const tokenizer = make();
  return { milliseconds: performance.now() - start, ...use(tokenizer) };
}
