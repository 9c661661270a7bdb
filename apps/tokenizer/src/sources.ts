import { type Tokenizer, tokenizerFromJson } from '@residual/tokenizer';

/** The tokenizers of the models that are shipped: the name of the model's folder, and what is said of it. */
export const shipped: Readonly<Record<string, string>> = {
  stories: 'stories: byte-level BPE, 6,000 tokens',
  'en-fr': 'English to French: Unigram, shared by both languages',
};

const fetchText = async (url: URL): Promise<string | undefined> => {
  const response = await fetch(url);
  if (response.status === 404) return undefined;
  if (!response.ok) throw new Error(`${url.href} gave status ${response.status}`);
  return response.text();
};

/** Reads the tokenizer of a shipped model. */
export async function shippedTokenizer(name: string): Promise<Tokenizer> {
  const folder = new URL(`../models/${name}/`, document.baseURI);
  const [json, config] = await Promise.all(
    ['tokenizer.json', 'tokenizer_config.json'].map(file => fetchText(new URL(file, folder))),
  );
  if (json === undefined) throw new Error(`${folder.href} has no tokenizer.json`);
  return tokenizerFromJson(json, config === undefined ? {} : { config });
}

/**
 * Reads the tokenizer among files that someone gave: a `tokenizer.json` with or without its `tokenizer_config.json`, a SentencePiece `.model`, or a tiktoken rank
 * file. What the file is, is told by its name and how it begins.
 */
export async function givenTokenizer(files: readonly File[]): Promise<{ name: string; tokenizer: Tokenizer }> {
  const config = files.find(({ name }) => name === 'tokenizer_config.json');
  const file = files.find(each => each !== config);
  if (!file) throw new Error('Give a tokenizer.json, a SentencePiece .model, or a tiktoken rank file.');
  const { name } = file;
  if (name.endsWith('.model')) {
    const { sentencePieceTokenizer } = await import('@residual/tokenizer/sentencepiece');
    return { name, tokenizer: sentencePieceTokenizer(new Uint8Array(await file.arrayBuffer())) };
  }
  const text = await file.text();
  if (/^[A-Za-z0-9+/]+={0,2} \d+\r?\n/.test(text)) {
    const { tiktokenTokenizer } = await import('@residual/tokenizer/tiktoken');
    return { name, tokenizer: tiktokenTokenizer(text) };
  }
  return { name, tokenizer: tokenizerFromJson(text, config ? { config: await config.text() } : {}) };
}
