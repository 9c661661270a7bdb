import { fromCheckpoint, updateConfigText } from '@residual/families';
import { expectMatchingWeights, type HasNeeds, joined, type NamedArrays, sizeOf, weightNeeds } from '@residual/layers';
import { type LazyTensor, streamSharded } from '@residual/safetensors';
import { expectInteger, hasScales, type MatrixForm, ResidualError } from '@residual/tensor';
import { expectOpenOptions } from '../arguments.js';
import { type CheckpointFile, checkpointFile, type TensorContent, type TensorGroup } from './checkpoint-tensors.js';
import { type LoadModelOptions, type OpenedModel, openModel } from './load-model.js';
import { quantizationOf } from './quantization-config.js';
import { architectureOf } from './save-model.js';
import type { ModelSource } from './sources/source.js';
import { formChooser, type WeightForm, type WeightForms } from './weight-forms.js';

/** The options of `convertCheckpoint`. */
export interface ConvertOptions extends Omit<LoadModelOptions, 'generationConfig'> {
  /**
   * How the new file has the matrices: one form for all of them, or a function of the path in the tree and the role.
   * Vectors and position tables become float32.
   */
  readonly weights: WeightForms;
  /**
   * The form of the head, which has its own matrix or that of the token embedding, or a function of its path and role;
   * as `weights` says if absent.
   */
  readonly head?: WeightForms | undefined;
  /** The most bytes of numbers in a file of weights; a tensor that has more is alone. One file if absent. */
  readonly maxFileBytes?: number | undefined;
}

/** A checkpoint with its weights in other forms. */
export interface ConvertedCheckpoint {
  /** The small files by name, `config.json`, the tokenizer and the index of several files of weights among them. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** The files that cannot be written, with the reason: `tokenizer.json` for some tokenizers of GGUF files. */
  readonly omitted: ReadonlyMap<string, string>;
  /**
   * The chunks of `model.safetensors`, or of several files if `maxFileBytes` splits it, by name and in order. A weight
   * is read when it is written, one after the other.
   */
  readonly weights: ReadonlyMap<string, AsyncIterable<Uint8Array>>;
  /** The number of matrices and vectors by form; a tensor of several weights counts once. */
  readonly tensorsByForm: Readonly<Partial<Record<MatrixForm, number>>>;
}

/**
 * A checkpoint with its weights in other forms, in the layout of its family: in fewer bits, or as float32 what packed
 * weights mean. A backend is not needed, and one tensor at a time is in memory. Matrices in `int8` and `int4` are two
 * tensors, NAME.quants and NAME.scales, and `quantization_config` says so; a file with none of them is one that Hugging
 * Face transformers opens. Throws if a config or a file is not supported, and while it is written if a weight is too
 * large for its form.
 */
export async function convertCheckpoint(source: ModelSource, options: ConvertOptions): Promise<ConvertedCheckpoint> {
  expectOpenOptions('convertCheckpoint', options, { weights: 1, head: 0, maxFileBytes: 0 });
  const { signal, maxFileBytes } = options;
  if (maxFileBytes !== undefined) expectInteger('convertCheckpoint', 'maxFileBytes', maxFileBytes, { min: 1 });
  const { weights, head = weights, maxFileBytes: _, ...sourceOptions } = options;
  const [formOf, formOfHead] = [weights, head].map(each => formChooser('convertCheckpoint', each));
  const opened = await openModel(source, sourceOptions);
  const { forms, file } = convertedFile(opened, { formOf: formOf!, formOfHead: formOfHead!, signal });
  const { tensorsByForm, dtype } = countsOf(forms);
  const { files, omitted } = filesOf(opened, file, dtype);
  const { files: weightFiles, index } = streamOf(file, options);
  if (index !== undefined) files.set('model.safetensors.index.json', new TextEncoder().encode(index));
  return { files, omitted, weights: weightFiles, tensorsByForm };
}

interface ConversionSettings {
  readonly formOf: ReturnType<typeof formChooser>;
  readonly formOfHead: ReturnType<typeof formChooser>;
  readonly signal: AbortSignal | undefined;
}

/** The file with each matrix in its form, and the forms by tensor. */
function convertedFile(
  { family, layout, composition, arrays }: OpenedModel,
  { formOf, formOfHead, signal }: ConversionSettings,
) {
  const layer: HasNeeds<unknown> = composition.model;
  const needs = new Map(weightNeeds(layer).map(({ path, need }) => [path, need]));
  const weights = fromCheckpoint(layout, layer, arrays);
  expectMatchingWeights('convertCheckpoint', weightNeeds(layer), weights);
  const hasHead = [...needs.values()].some(need => need.kind === 'matrix' && need.role === 'unembedding');
  const headRole = hasHead ? 'unembedding' : 'embedding';
  const forms = new Map<string, MatrixForm>();
  const formAt = (path: string): WeightForm => {
    const need = needs.get(path)!;
    if (need.kind !== 'matrix') return 'f32';
    return need.role === headRole ? formOfHead(path, need) : formOf(path, need);
  };
  const file = checkpointFile('convertCheckpoint', family, layer, group => {
    const form = formOfGroup(group, formAt, weights);
    forms.set(group.name, form);
    return contentOf(group, form, weights, signal);
  });
  return { forms, file };
}

/** The form of a tensor. Errors if its weights would have several forms, or as stored one that no matrix has. */
function formOfGroup(
  { name, paths, shape }: TensorGroup,
  formAt: (path: string) => WeightForm,
  weights: NamedArrays,
): MatrixForm {
  const forms = new Set(paths.map(formAt));
  const [form, ...others] = forms;
  if (others.length > 0) {
    const what = `${name} holds ${paths.join(', ')}, which would be ${[...forms].join(' and ')}`;
    throw new ResidualError('option', `convertCheckpoint: ${what}; one tensor has one form`);
  }
  if (form !== 'as stored') return form!;
  const stored = weights.sliceOf?.(paths[0]!)?.rows;
  if (!stored || shape.length !== 2) return 'f32';
  if (stored.form) return stored.form;
  const what = `${name} cannot be written as stored: it is ${stored.type ?? 'of another type'}`;
  throw new ResidualError('load', `convertCheckpoint: ${what}, which is no form of a matrix; int8 would fit`);
}

/** The numbers of a tensor, from the stored tensor with the same weights, or weight by weight if there is none. */
function contentOf(
  { paths, shape, arrangement }: TensorGroup,
  form: MatrixForm,
  weights: NamedArrays,
  signal: AbortSignal | undefined,
): TensorContent {
  const slice = weights.sliceOf?.(paths[0]!);
  const isWhole = slice && !arrangement && slice.rows.shape[slice.transposed ? 1 : 0] === shape[0];
  if (!isWhole) {
    const read = async () => {
      const parts: Float32Array[] = [];
      for (const path of paths) parts.push(await weights.read(path, { signal }));
      return { data: joined(Float32Array, parts), transposed: false };
    };
    return { form, values: read };
  }
  const { rows, transposed } = slice;
  const count = rows.shape[0]!;
  const values = async () => ({ data: await rows.readRows(0, count, { signal }), transposed });
  const isHeld = form !== 'f32' && hasScales(form) && rows.form === form && !transposed;
  const bits = isHeld ? rows.readPackedRows && (() => rows.readPackedRows!(0, count, { signal })) : undefined;
  return { form, values, bits };
}

/** How many tensors have each form, and the dtype that `config.json` names. */
function countsOf(forms: ReadonlyMap<string, MatrixForm>) {
  const tensorsByForm: Partial<Record<MatrixForm, number>> = {};
  for (const form of forms.values()) tensorsByForm[form] = (tensorsByForm[form] ?? 0) + 1;
  const { f16 = 0, bf16 = 0, int8 = 0, int4 = 0 } = tensorsByForm;
  if (int8 + int4 > 0 || f16 + bf16 === 0) return { tensorsByForm, dtype: 'float32' };
  return { tensorsByForm, dtype: f16 >= bf16 ? 'float16' : 'bfloat16' };
}

/** The small files: the config with changed fields replaced, and the others as they are. */
function filesOf({ family, composition, checkpoint }: OpenedModel, file: CheckpointFile, dtype: string) {
  const { texts, tokenizerFiles } = checkpoint;
  const changes = {
    architectures: [architectureOf({ family, composition })],
    dtype,
    torch_dtype: undefined,
    quantization_config: quantizationOf(file),
  };
  const files = new Map<string, Uint8Array>(tokenizerFiles);
  const omitted = new Map<string, string>();
  for (const name of Object.keys(texts)) {
    if (name === 'voice.json') {
      omitted.set(name, 'the parts that it names are checkpoints of their own');
      continue;
    }
    try {
      const text = texts[name]!; // the one of a tokenizer is made here
      files.set(name, new TextEncoder().encode(name === 'config.json' ? updateConfigText(text, changes) : text));
    } catch (error) {
      if (name !== 'tokenizer.json') throw error;
      omitted.set(name, (error as Error).message);
    }
  }
  if (omitted.has('tokenizer.json')) files.delete('tokenizer_config.json');
  return { files, omitted };
}

/** The chunks of the files; progress is reported after each tensor. */
function streamOf({ tensors, metadata, order }: CheckpointFile, { onProgress, signal, maxFileBytes }: ConvertOptions) {
  const total = [...tensors.values()].reduce((sum, tensor) => sum + sizeOf(tensor), 0);
  let done = 0;
  const withProgress = ([name, tensor]: readonly [string, LazyTensor]): [string, LazyTensor] => {
    const data = async () => {
      signal?.throwIfAborted();
      const values = await tensor.data();
      done += sizeOf(tensor);
      onProgress?.({ stage: 'weights', done, total });
      return values;
    };
    return [name, { ...tensor, data } as LazyTensor];
  };
  return streamSharded(new Map([...tensors].map(withProgress)), metadata, { order, maxFileBytes });
}
