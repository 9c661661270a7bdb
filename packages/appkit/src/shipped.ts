const files = ['config.json', 'generation_config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'];

/**
 * The addresses of the files of a model that comes with the pages, by name, so that no missing file is requested. A
 * worker has no document and gives the address of its page.
 */
export function shippedModel(name: string, page: string = document.baseURI): Record<string, string> {
  const folder = new URL(`../models/${name}/`, page);
  return Object.fromEntries(files.map(file => [file, new URL(file, folder).href]));
}
