/** The names of the files of this package. */
export type VoiceFile =
  | 'config.json'
  | 'dictionary.bin'
  | 'letters/config.json'
  | 'letters/generation_config.json'
  | 'letters/model.safetensors'
  | 'letters/tokenizer.json'
  | 'letters/tokenizer_config.json'
  | 'model.safetensors'
  | 'tokenizer_config.json'
  | 'vocab.json'
  | 'vocoder/config.json'
  | 'vocoder/model.safetensors'
  | 'voice.json';

/**
 * The URLs of the voice's files by name: `file:` URLs in Node, in a page the URLs at which a bundler serves the files.
 * Each is written out, because bundlers only recognize literal calls of `new URL('…', import.meta.url)`.
 */
export const voiceEn: Readonly<Record<VoiceFile, URL>> = {
  'config.json': /* @__PURE__ */ new URL('../model/config.json', import.meta.url),
  'dictionary.bin': /* @__PURE__ */ new URL('../model/dictionary.bin', import.meta.url),
  'letters/config.json': /* @__PURE__ */ new URL('../model/letters/config.json', import.meta.url),
  'letters/generation_config.json': /* @__PURE__ */ new URL('../model/letters/generation_config.json', import.meta.url),
  'letters/model.safetensors': /* @__PURE__ */ new URL('../model/letters/model.safetensors', import.meta.url),
  'letters/tokenizer.json': /* @__PURE__ */ new URL('../model/letters/tokenizer.json', import.meta.url),
  'letters/tokenizer_config.json': /* @__PURE__ */ new URL('../model/letters/tokenizer_config.json', import.meta.url),
  'model.safetensors': /* @__PURE__ */ new URL('../model/model.safetensors', import.meta.url),
  'tokenizer_config.json': /* @__PURE__ */ new URL('../model/tokenizer_config.json', import.meta.url),
  'vocab.json': /* @__PURE__ */ new URL('../model/vocab.json', import.meta.url),
  'vocoder/config.json': /* @__PURE__ */ new URL('../model/vocoder/config.json', import.meta.url),
  'vocoder/model.safetensors': /* @__PURE__ */ new URL('../model/vocoder/model.safetensors', import.meta.url),
  'voice.json': /* @__PURE__ */ new URL('../model/voice.json', import.meta.url),
};
