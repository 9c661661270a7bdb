const files = ['config.json', 'generation_config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'];

const embedderFiles = [
  ...files.filter(file => file !== 'generation_config.json'),
  'modules.json',
  '1_Pooling/config.json',
  'sentence_bert_config.json',
  'config_sentence_transformers.json',
];

const speechFiles = [
  ...files.filter(file => file !== 'model.safetensors'),
  'preprocessor_config.json',
  'model.safetensors.index.json',
  'model-00001-of-00003.safetensors',
  'model-00002-of-00003.safetensors',
  'model-00003-of-00003.safetensors',
];

const keywordFiles = ['config.json', 'model.safetensors', 'preprocessor_config.json'];

const imageTextFiles = [...files.filter(file => file !== 'generation_config.json'), 'preprocessor_config.json'];

const addresses = (name: string, files: readonly string[], page: string): Record<string, string> => {
  const folder = new URL(`../models/${name}/`, page);
  return Object.fromEntries(files.map(file => [file, new URL(file, folder).href]));
};

/**
 * The addresses of the files of a model that comes with the pages, by name, so that no missing file is requested. A
 * worker has no document and gives the address of its page.
 */
export function shippedModel(name: string, page: string = document.baseURI): Record<string, string> {
  return addresses(name, files, page);
}

/** The same for a sentence embedder, which also has the files that say how texts are embedded. */
export function shippedEmbedder(name: string, page: string = document.baseURI): Record<string, string> {
  return addresses(name, embedderFiles, page);
}

/** The size of the files of Whisper tiny.en. */
export const speechBytes = 47_871_000;

/** The same for a speech model, which also has the file that says how sound is read; its weights are in three files. */
export function shippedSpeech(name: string, page: string = document.baseURI): Record<string, string> {
  return addresses(name, speechFiles, page);
}

/** The same for a model that spots words, which has no tokenizer. */
export function shippedKeywords(name: string, page: string = document.baseURI): Record<string, string> {
  return addresses(name, keywordFiles, page);
}

/** The same for a model that paints, which also has the file that says how pictures are read. */
export function shippedPainter(name: string, page: string = document.baseURI): Record<string, string> {
  return addresses(name, [...files, 'preprocessor_config.json'], page);
}

/** The same for a model of pictures and words, which also has the file that says how pictures are read. */
export function shippedImageText(name: string, page: string = document.baseURI): Record<string, string> {
  return addresses(name, imageTextFiles, page);
}
