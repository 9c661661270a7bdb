const files = ['config.json', 'generation_config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'];

/** The addresses of the files of a model that is shipped with the pages, by name: nothing is asked for that is not there. */
export function shippedModel(name: string): Record<string, string> {
  const folder = new URL(`../models/${name}/`, document.baseURI);
  return Object.fromEntries(files.map(file => [file, new URL(file, folder).href]));
}
