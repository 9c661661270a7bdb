/** The names of the files of this package. */
export type TableFile = 'vectors.safetensors' | 'vocab.json';

/**
 * The URLs of the table's files by name: `vectors.safetensors` (`embedding.weight` int8 [50000, 100], `embedding.scale`
 * float32 [50000, 1]) and `vocab.json`, the words in the same order. They are `file:` URLs in Node, and in a page the
 * URLs at which a bundler serves the files. Each is written out, because bundlers only recognize literal calls of
 * `new URL('…', import.meta.url)`.
 */
export const englishWords: Readonly<Record<TableFile, URL>> = {
  'vectors.safetensors': /* @__PURE__ */ new URL('../data/vectors.safetensors', import.meta.url),
  'vocab.json': /* @__PURE__ */ new URL('../data/vocab.json', import.meta.url),
};
