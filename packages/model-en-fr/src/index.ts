/**
 * The folder of the checkpoint beside this module, as a URL that ends in `/`: a `file:` URL in Node, an address of the server that serves this package in
 * a page. It holds `config.json`, `generation_config.json`, `model.safetensors`, `tokenizer.json` and `tokenizer_config.json`.
 */
export const englishFrench: URL = /* @__PURE__ */ new URL('../model/', import.meta.url);
