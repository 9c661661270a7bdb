/**
 * The folder of the vectors beside this module, as a URL that ends in `/`: a `file:` URL in Node, an address of the server that serves this package in a
 * page. It holds `vectors.safetensors` (`embedding.weight` int8 [50000, 100], `embedding.scale` float32 [50000, 1]) and `vocab.json`, the words in the same order.
 */
export const englishWords: URL = /* @__PURE__ */ new URL('../data/', import.meta.url);
