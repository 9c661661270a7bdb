import { describe } from '@residual/layers';
import { describeFiles, type LoadModelOptions } from './load-model.js';
import type { ModelFiles } from './sources/files.js';
import { filesOf, type ModelSource } from './sources/source.js';

/** What a checkpoint takes. */
export interface SourceSize {
  /** The family's name, such as `llama`. */
  readonly family: string;
  /** `causal-lm` continues a text, `seq2seq-lm` generates a target from a source. */
  readonly kind: string;
  readonly parameters: number;
  /** The bytes of its files of weights, which `loadModel` downloads. */
  readonly fileBytes: number;
  /** The bytes of its weights in memory, held as the option `weights` says. */
  readonly weightBytes: number;
}

/**
 * What a checkpoint would take, before it is downloaded: reads its config and the headers of its weights. The options
 * are those of `loadModel`, and so are the errors.
 */
export async function sourceSize(
  source: ModelSource,
  options: Omit<LoadModelOptions, 'onProgress'> = {},
): Promise<SourceSize> {
  const sizes = new Map<string, number>();
  const files = measuredFiles(await filesOf(source, options), sizes);
  const { family, composition, formOf, openArrays } = await describeFiles(files, options);
  await openArrays(options.signal, () => {});
  const { parameters, bytes } = describe(composition.model, { formOf });
  const fileBytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  return { family: family.name, kind: composition.kind, parameters, fileBytes, weightBytes: bytes };
}

/** The same files, each opened once; the sizes of those that are opened are written into a map. */
function measuredFiles(files: ModelFiles, sizes: Map<string, number>): ModelFiles {
  const opened = new Map<string, ReturnType<ModelFiles['bytes']>>();
  return {
    ...files,
    bytes: async (name, options) => {
      const opening = opened.get(name) ?? files.bytes(name, options);
      opened.set(name, opening);
      const source = await opening;
      if (source) sizes.set(name, source.size);
      return source;
    },
  };
}
