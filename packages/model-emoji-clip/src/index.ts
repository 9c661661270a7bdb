/** The names of the files of this package. */
export type CheckpointFile =
  | 'config.json'
  | 'model.safetensors'
  | 'preprocessor_config.json'
  | 'tokenizer.json'
  | 'tokenizer_config.json';

/** The names of the files with the pictures that come with the model. */
export type PictureFile = 'pictures.json' | 'pictures.png' | 'vectors.safetensors';

/**
 * The URLs of the checkpoint's files by name: `file:` URLs in Node, in a page the URLs at which a bundler serves the
 * files. Each is written out, because bundlers only recognize literal calls of `new URL('…', import.meta.url)`.
 */
export const emojiClip: Readonly<Record<CheckpointFile, URL>> = {
  'config.json': /* @__PURE__ */ new URL('../model/config.json', import.meta.url),
  'model.safetensors': /* @__PURE__ */ new URL('../model/model.safetensors', import.meta.url),
  'preprocessor_config.json': /* @__PURE__ */ new URL('../model/preprocessor_config.json', import.meta.url),
  'tokenizer.json': /* @__PURE__ */ new URL('../model/tokenizer.json', import.meta.url),
  'tokenizer_config.json': /* @__PURE__ */ new URL('../model/tokenizer_config.json', import.meta.url),
};

/** The URLs of the files with the pictures by name, in the same way. */
export const emojiPictures: Readonly<Record<PictureFile, URL>> = {
  'pictures.json': /* @__PURE__ */ new URL('../data/pictures.json', import.meta.url),
  'pictures.png': /* @__PURE__ */ new URL('../data/pictures.png', import.meta.url),
  'vectors.safetensors': /* @__PURE__ */ new URL('../data/vectors.safetensors', import.meta.url),
};
