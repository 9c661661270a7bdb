import { type Gguf, isSplitName, openGguf, openSplitGguf } from '@residual/gguf';
import { ResidualError } from '@residual/tensor';
import type { ModelFiles, OnBytes } from '../sources/files.js';

/** Opens a GGUF file of a source, or those that it is split into, without reading tensors. */
export async function openGgufFile(
  files: ModelFiles,
  name: string,
  signal: AbortSignal | undefined,
  onBytes: OnBytes | undefined,
): Promise<Gguf> {
  const sourceOf = async (part: string) => {
    const source = await files.bytes(part, { signal, onBytes });
    if (source) return source;
    throw new ResidualError('files', `loadModel: ${files.origin} has no ${part}`);
  };
  return isSplitName(name) ? openSplitGguf(name, sourceOf, { signal }) : openGguf(await sourceOf(name), { signal });
}

/** The chat template in the metadata of a GGUF file, under the name of its file in a folder. */
export function chatTemplateOf({ metadata }: Gguf): { readonly 'chat_template.jinja'?: string } {
  const template = metadata.get('tokenizer.chat_template')?.value;
  return typeof template === 'string' ? { 'chat_template.jinja': template } : {};
}
