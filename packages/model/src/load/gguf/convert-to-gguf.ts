import { fromCheckpoint, type GgufTensorSource, modelToGguf } from '@residual/families';
import { encodeBlocks, type GgufTensor, type MetadataValue, streamGguf } from '@residual/gguf';
import { expectMatchingWeights, type HasNeeds, sizeOf, weightNeeds } from '@residual/layers';
import { ResidualError } from '@residual/tensor';
import { tokenizerToGguf } from '@residual/tokenizer/gguf';
import { expectOpenOptions } from '../../arguments.js';
import { vocabOf } from '../../model-kind.js';
import { type LoadModelOptions, type OpenedModel, openModel } from '../load-model.js';
import type { ModelSource } from '../sources/source.js';

/** The types of matrices that are written, by the names of llama.cpp, with their numbers in `general.file_type`. */
const types = {
  f32: { type: 'F32', fileType: 0 },
  f16: { type: 'F16', fileType: 1 },
  bf16: { type: 'BF16', fileType: 32 },
  q8_0: { type: 'Q8_0', fileType: 7 },
  q4_0: { type: 'Q4_0', fileType: 2 },
} as const;

/** A type of the matrices in a GGUF file. */
export type GgufWeights = keyof typeof types;

/** The options of `convertToGguf`. */
export interface ConvertToGgufOptions extends Omit<LoadModelOptions, 'generationConfig' | 'weights'> {
  /**
   * The type of the matrices. Vectors and position tables are F32, and matrices whose width is no multiple of 32 are
   * F16 instead of Q8_0 and Q4_0.
   */
  readonly weights: GgufWeights;
}

/** A model in a GGUF file. */
export interface ConvertedGguf {
  /** The chunks of the file. A tensor is read when it is written, one after the other. */
  readonly file: AsyncIterable<Uint8Array>;
  /** The number of tensors by type. */
  readonly tensorsByType: Readonly<Record<string, number>>;
}

/**
 * A checkpoint as a GGUF file, which llama.cpp opens: config, tokenizer and weights. A backend is not needed, and one
 * tensor at a time is in memory. Throws if llama.cpp has no architecture for the family, computes something else for a
 * field of the config, or has no such tokenizer; and while it is written if a weight is too large for its type.
 */
export async function convertToGguf(source: ModelSource, options: ConvertToGgufOptions): Promise<ConvertedGguf> {
  expectConvertOptions(options);
  const { weights, ...sourceOptions } = options;
  const opened = await openModel(source, sourceOptions);
  const { family, layout, config, composition, arrays } = opened;
  const layer: HasNeeds<unknown> = composition.model;
  const stored = fromCheckpoint(layout, layer, arrays);
  expectMatchingWeights('convertToGguf', weightNeeds(layer), stored);
  const { signal } = options;
  const { metadata, tensors } = modelToGguf(family, config, layer, path => stored.read(path, { signal }));
  const { type, fileType } = types[weights];
  const written = lazyTensors(tensors, type, options);
  const entries = new Map<string, MetadataValue>([
    ...metadata,
    ['general.file_type', { type: 'uint32', value: fileType }],
    ['general.quantization_version', { type: 'uint32', value: 2 }],
    ...tokenizerEntries(opened),
  ]);
  const tensorsByType: Record<string, number> = {};
  for (const { type } of written.values()) tensorsByType[type] = (tensorsByType[type] ?? 0) + 1;
  return { file: streamGguf({ metadata: entries, tensors: written }), tensorsByType };
}

function expectConvertOptions(options: ConvertToGgufOptions): void {
  expectOpenOptions('convertToGguf', options, { weights: 1 });
  const { weights } = options;
  if (Object.hasOwn(types, weights)) return;
  const expected = Object.keys(types).join(', ');
  throw new ResidualError('option', `convertToGguf: weights is ${JSON.stringify(weights)}; it can be ${expected}`);
}

/** The tensors with their types; each is made when it is written, which is progress, unless the signal aborts. */
function lazyTensors(
  tensors: ReadonlyMap<string, GgufTensorSource>,
  type: Type,
  { signal, onProgress }: Pick<ConvertToGgufOptions, 'signal' | 'onProgress'>,
): Map<string, GgufTensor> {
  const total = [...tensors.values()].reduce((sum, tensor) => sum + sizeOf(tensor), 0);
  let done = 0;
  const lazy = ([name, tensor]: readonly [string, GgufTensorSource]): [string, GgufTensor] => {
    const { shape } = tensor;
    const own = typeFor(tensor, type);
    const data = async () => {
      signal?.throwIfAborted();
      const bytes = await bytesOf(name, tensor, own);
      done += sizeOf(tensor);
      onProgress?.({ stage: 'weights', done, total });
      return bytes;
    };
    return [name, { type: own, shape, data }];
  };
  return new Map([...tensors].map(lazy));
}

type Type = (typeof types)[GgufWeights]['type'];

/** The type of a tensor if matrices have `type`. */
function typeFor({ shape, isPositions }: GgufTensorSource, type: Type): Type {
  if (shape.length < 2 || isPositions) return 'F32';
  return (type === 'Q8_0' || type === 'Q4_0') && shape.at(-1)! % 32 !== 0 ? 'F16' : type;
}

/** The bytes of a tensor. Throws if a value is too large for float16. */
async function bytesOf(name: string, { values }: GgufTensorSource, type: Type): Promise<Uint8Array> {
  const bytes = encodeBlocks(type, await values());
  if (type === 'F16' && hasInfinity(bytes))
    throw new ResidualError('range', `convertToGguf: ${name} holds a value that is too large for F16`);
  return bytes;
}

const hasInfinity = ({ buffer, byteOffset, length }: Uint8Array<ArrayBuffer>) =>
  new Uint16Array(buffer, byteOffset, length / 2).some(half => (half & 0x7fff) === 0x7c00);

/** The metadata of the tokenizer, that of a GGUF file as it is; without one, llama.cpp takes ids. */
function tokenizerEntries(opened: OpenedModel): ReadonlyMap<string, MetadataValue> {
  const { checkpoint, config, composition, tokenizerMetadata } = opened;
  if (tokenizerMetadata) return tokenizerMetadata;
  const { tokenizer, texts, generationConfig } = checkpoint;
  if (!tokenizer) return new Map([['tokenizer.ggml.model', { type: 'string', value: 'none' }]]);
  const id = (name: string) => [config[`${name}_token_id`]].flat().find(each => typeof each === 'number' && each >= 0);
  const ids = Object.fromEntries(
    ['bos', 'eos', 'pad'].map(name => [name, id(name)]).filter(([, value]) => value !== undefined),
  );
  const entries = tokenizerToGguf(tokenizer, { vocab: vocabOf(composition), specialTokenIds: ids });
  const template = chatTemplateOf(texts);
  if (template !== undefined) entries.set('tokenizer.chat_template', { type: 'string', value: template });
  const eos = entries.get('tokenizer.ggml.eos_token_id')?.value;
  const others = [generationConfig.eos_token_id ?? []].flat().filter(each => typeof each === 'number' && each !== eos);
  for (const [index, key] of ['eot_token_id', 'eom_token_id'].entries())
    if (others[index] !== undefined)
      entries.set(`tokenizer.ggml.${key}`, { type: 'uint32', value: others[index] as number });
  return entries;
}

/** The chat template, from its own file or from `tokenizer_config.json`; undefined if there is none, or several. */
function chatTemplateOf(texts: Readonly<Record<string, string>>): string | undefined {
  const own = texts['chat_template.jinja'];
  const config: unknown = own === undefined && JSON.parse(texts['tokenizer_config.json'] ?? '{}');
  const { chat_template: template } = (config || {}) as { readonly chat_template?: unknown };
  return own ?? (typeof template === 'string' ? template : undefined);
}
