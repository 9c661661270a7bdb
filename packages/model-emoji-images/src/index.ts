/** The names of the files of this package. */
export type CheckpointFile =
  | 'config.json'
  | 'generation_config.json'
  | 'model.safetensors'
  | 'preprocessor_config.json'
  | 'tokenizer.json'
  | 'tokenizer_config.json';

/**
 * The URLs of the checkpoint's files by name: `file:` URLs in Node, in a page the URLs at which a bundler serves the
 * files. Each is written out, because bundlers only recognize literal calls of `new URL('…', import.meta.url)`.
 */
export const emojiImages: Readonly<Record<CheckpointFile, URL>> = {
  'config.json': /* @__PURE__ */ new URL('../model/config.json', import.meta.url),
  'generation_config.json': /* @__PURE__ */ new URL('../model/generation_config.json', import.meta.url),
  'model.safetensors': /* @__PURE__ */ new URL('../model/model.safetensors', import.meta.url),
  'preprocessor_config.json': /* @__PURE__ */ new URL('../model/preprocessor_config.json', import.meta.url),
  'tokenizer.json': /* @__PURE__ */ new URL('../model/tokenizer.json', import.meta.url),
  'tokenizer_config.json': /* @__PURE__ */ new URL('../model/tokenizer_config.json', import.meta.url),
};
