import { type Tokenizer, tokenizerFromJson } from '@residual/tokenizer';
import { isText, kindOfBytes, kindOfText } from './file-kinds.js';

/** The files that fit, for error messages. */
const accepted = 'a tokenizer.json, a SentencePiece .model or a tiktoken rank file would fit';
/** The largest size of a tokenizer in bytes. */
const maxBytes = 300e6;

/**
 * Reads the tokenizer among some files: a `tokenizer.json` with or without its `tokenizer_config.json`, a SentencePiece
 * `.model`, or a tiktoken rank file. The bytes of a file decide about its kind, then its name. Errors if no file fits,
 * with the kind of the file.
 */
export async function tokenizerFromFiles(files: readonly File[]): Promise<{ name: string; tokenizer: Tokenizer }> {
  const config = files.find(({ name }) => name === 'tokenizer_config.json');
  const likely = [/^tokenizer\.json$/i, /\.(model|tiktoken)$/i, /tokenizer.*\.json$/i, /./];
  const others = files.filter(each => each !== config);
  const file = likely.map(name => others.find(each => name.test(each.name))).find(each => each) ?? config;
  if (!file) throw new Error(`There is no file; ${accepted}.`);
  const { name } = file;
  const refuse = (what: string, cause?: unknown): never => {
    throw new Error(`${name} is ${what}; ${accepted}.`, { cause });
  };
  const head = new Uint8Array(
    await file
      .slice(0, 4096)
      .arrayBuffer()
      .catch(cause => {
        throw new Error(`${name} cannot be read. If it is a folder, choose the files in it; ${accepted}.`, { cause });
      }),
  );
  if (head.length === 0) refuse('empty');
  const kind = kindOfBytes(head);
  if (kind) refuse(kind);
  if (file.size > maxBytes) refuse(`larger than any tokenizer, with ${Math.round(file.size / 1e6)} MB`);
  const isTextual = isText(head);
  if (/\.model$/i.test(name) || (!isTextual && head[0] === 0x0a)) {
    const { sentencePieceTokenizer } = await import('@residual/tokenizer/sentencepiece');
    const bytes = new Uint8Array(await file.arrayBuffer());
    try {
      return { name, tokenizer: sentencePieceTokenizer(bytes) };
    } catch (cause) {
      refuse(isTextual ? kindOfText(new TextDecoder().decode(bytes)) : 'not a readable SentencePiece model', cause);
    }
  }
  if (!isTextual) refuse('neither a text nor a file format that this page knows');
  const text = await file.text();
  if (/^[A-Za-z0-9+/]+={0,2} \d+\r?\n/.test(text)) {
    const { tiktokenTokenizer } = await import('@residual/tokenizer/tiktoken');
    return { name, tokenizer: tiktokenTokenizer(text) };
  }
  if (!/^\s*\{[\s\S]*"model"\s*:\s*[{]/.test(text)) refuse(kindOfText(text));
  return { name, tokenizer: tokenizerFromJson(text, config ? { config: await config.text() } : {}) };
}
