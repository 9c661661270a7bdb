import { ResidualError } from '@residual/tensor';
import { type Tokenizer, tokenizerFromJson } from '@residual/tokenizer';
import type { ModelFiles } from './sources/files.js';

/** Whether a tokenizer file is text; all others are binary. */
const isText = (name: string) => /\.(json|txt)$/.test(name);
/** Whether a file is an HTML page; some servers answer every request with a page. */
const isPage = (bytes: Uint8Array) => /^\s*<(!doctype|html)/i.test(new TextDecoder().decode(bytes.subarray(0, 100)));
/** The largest tokenizer file, in bytes; a vocabulary has a few megabytes at most. */
const maxBytes = 1 << 28;

/** The tokenizer of a checkpoint, and the files that it was made from if there is no `tokenizer.json`. */
export interface CheckpointTokenizer {
  readonly tokenizer: Tokenizer | undefined;
  readonly tokenizerFiles: ReadonlyMap<string, Uint8Array>;
}

/**
 * The tokenizer of a checkpoint, from `tokenizer.json` or else from its other tokenizer files; undefined if it has
 * none.
 */
export async function checkpointTokenizer(
  files: ModelFiles,
  texts: Readonly<Record<string, string>>,
  settings: {
    readonly modelType: unknown;
    readonly config: object | undefined;
    readonly specialTokensMap: object | undefined;
    readonly signal: AbortSignal | undefined;
  },
): Promise<CheckpointTokenizer> {
  const { modelType, config, specialTokensMap, signal } = settings;
  const tokenizerFiles = new Map<string, Uint8Array>();
  const json = texts['tokenizer.json'];
  const type = typeof modelType === 'string' ? { modelType } : {};
  if (json) {
    const options = { ...(config && { config }), ...(specialTokensMap && { specialTokensMap }), ...type };
    return { tokenizer: tokenizerFromJson(json, options), tokenizerFiles };
  }
  const { openTokenizer } = await import('@residual/tokenizer/files'); // few checkpoints need it
  const read = async (name: string): Promise<Uint8Array | undefined> => {
    signal?.throwIfAborted();
    if (texts[name] !== undefined) return new TextEncoder().encode(texts[name]);
    const text = isText(name) ? await files.text(name, { signal }) : undefined;
    const bytes = isText(name) ? text && new TextEncoder().encode(text) : await readBytes(files, name, signal);
    if (bytes) tokenizerFiles.set(name, bytes);
    return bytes || undefined;
  };
  const tokenizer = await openTokenizer(read, type);
  return { tokenizer, tokenizerFiles };
}

async function readBytes(files: ModelFiles, name: string, signal?: AbortSignal): Promise<Uint8Array | undefined> {
  const source = await files.bytes(name, { signal });
  if (!source) return undefined;
  if (source.size > maxBytes) {
    throw new ResidualError(
      'files',
      `loadModel: ${name} of ${files.origin} has ${source.size} bytes; at most ${maxBytes} are read`,
    );
  }
  const bytes = await source.read(0, source.size, { signal });
  return isPage(bytes) ? undefined : bytes;
}
