import { configText, updateConfigText } from '@residual/families';
import { flatten, formsOf, type HasNeeds, joined } from '@residual/layers';
import { type StoredTensor, writeSafetensors } from '@residual/safetensors';
import {
  dense,
  expectOptions,
  hasScales,
  isPacked,
  type Matrix,
  type MatrixForm,
  matrixValues,
  type PackedBits,
  type PackedMatrix,
  ResidualError,
  readBits,
} from '@residual/tensor';
import type { LoadedModel } from '../loaded-model.js';
import { type CheckpointFile, checkpointFile, type TensorContent, type TensorGroup } from './checkpoint-tensors.js';
import { quantizationOf } from './quantization-config.js';

/** The options of `save`. */
export interface SaveModelOptions {
  /** The type of the stored weights, default `float32`. The others take half the bytes and round. */
  readonly dtype?: keyof typeof formOfDtype;
  /**
   * `as held` stores packed matrices bit for bit in their own form, so that loading the files gives the same weights in
   * the same bytes; other weights are stored as `dtype`. If absent, packed matrices are stored as their entries.
   */
  readonly weights?: 'as held';
}

/** The form of each dtype. */
const formOfDtype = { float32: 'f32', float16: 'f16', bfloat16: 'bf16' } as const;

/** The value of `architectures` that is written: that of the task of a model, or the first of the family. */
export function architectureOf({
  family,
  composition,
}: Pick<LoadedModel['parts'], 'family' | 'composition'>): string | undefined {
  return 'architecture' in composition ? composition.architecture : family.architectures[0];
}

/** The files of a checkpoint by name, as the reference writes them. Throws if a weight is too large for the dtype. */
export async function checkpointFiles(
  { parts, weights }: LoadedModel,
  options: SaveModelOptions,
): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  expectOptions('save', options, { dtype: 0, weights: 0 });
  const { family, config, texts, tokenizerFiles = [] } = parts;
  const layer = parts.composition.model as HasNeeds<unknown>;
  const { dtype = 'float32', weights: asHeld } = options;
  expectOneOf('dtype', dtype, Object.keys(formOfDtype));
  if (asHeld !== undefined) expectOneOf('weights', asHeld, ['as held']);
  const leaves = flatten(layer, weights as never);
  const formOf = formsOf(layer, weights as never);
  const plain = formOfDtype[dtype];
  const file = checkpointFile('save', family, layer, group => {
    const forms = new Set(group.paths.map(path => (asHeld && formOf(path)) ?? plain));
    const form = forms.size === 1 ? [...forms][0]! : 'f32'; // the entries themselves, where one tensor has two forms
    return contentOf(group, form, leaves as ReadonlyMap<string, Matrix>);
  });
  const changes = {
    architectures: [architectureOf(parts)],
    dtype,
    torch_dtype: undefined,
    quantization_config: quantizationOf(file),
  };
  const savedConfig = updateConfigText(texts['config.json'] ?? configText(config), changes);
  const allTexts = { ...savedTexts(texts), 'config.json': savedConfig };
  const ofVoice = await parts.voice?.files(model => model.save(options));
  return new Map<string, Uint8Array<ArrayBuffer>>([
    ...[...(ofVoice ?? [])].map(([name, bytes]) => [name, bytes.slice()] as const),
    ...[...tokenizerFiles].map(([name, bytes]) => [name, bytes.slice()] as const),
    ...Object.entries(allTexts).map(([name, text]) => [name, new TextEncoder().encode(text)] as const),
    ['model.safetensors', await bytesOf(file)],
  ]);
}

/** The texts of the small files. Throws if the tokenizer of a GGUF file fits no `tokenizer.json`, made here. */
function savedTexts(texts: Readonly<Record<string, string>>): Record<string, string> {
  try {
    return { ...texts };
  } catch (cause) {
    if (!ResidualError.is(cause)) throw cause;
    const text =
      `save: the tokenizer of the GGUF file fits no tokenizer.json: ${cause.message}; ` +
      'convertToGguf of the file keeps it, convertCheckpoint leaves it out';
    throw new ResidualError(cause.code, text, { cause });
  }
}

function expectOneOf(name: string, value: unknown, allowed: readonly string[]): void {
  if (allowed.includes(value as string)) return;
  throw new ResidualError('option', `save: ${name} is ${JSON.stringify(value)}; it can be ${allowed.join(', ')}`);
}

/** The weights of a tensor, side by side along out. */
function contentOf({ paths }: TensorGroup, form: MatrixForm, leaves: ReadonlyMap<string, Matrix>): TensorContent {
  const matrices = paths.map(path => leaves.get(path)!);
  const values = async () => {
    const parts: Float32Array[] = [];
    for (const matrix of matrices) parts.push(await matrixValues(matrix));
    return { data: joined(Float32Array, parts), transposed: false };
  };
  if (form === 'f32' || !hasScales(form)) return { form, values };
  return { form, values, bits: () => bitsOf(matrices.map(packedOf)) };
}

/** The packed matrix itself. Throws if it has low-rank adapters beside it. */
function packedOf(matrix: Matrix): PackedMatrix {
  if (isPacked(matrix)) return matrix;
  dense(matrix); // says which adapters are to be merged or detached first
  throw new ResidualError('matrix', 'save: the matrix is not packed');
}

/** The bits of packed matrices of one form, side by side along out. */
async function bitsOf(matrices: readonly PackedMatrix[]): Promise<PackedBits> {
  const parts: PackedBits[] = [];
  for (const matrix of matrices) parts.push(await readBits(matrix));
  return {
    quants: joined(
      Int32Array,
      parts.map(({ quants }) => quants),
    ),
    scales: joined(
      Int32Array,
      parts.map(({ scales }) => scales!),
    ),
  };
}

/** The bytes of a file. */
async function bytesOf({ tensors, metadata, order }: CheckpointFile): Promise<Uint8Array<ArrayBuffer>> {
  const stored = new Map<string, StoredTensor>();
  // one weight at a time is in memory in both types
  for (const [name, tensor] of tensors) stored.set(name, { ...tensor, data: await tensor.data() } as StoredTensor);
  return writeSafetensors(stored, metadata, { order });
}
