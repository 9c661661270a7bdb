import { keyRange } from '@residual/attention';
import { record } from '@residual/layers';
import { type KeyRange, tensor, tidy } from '@residual/tensor';
import type { Model } from '../model.js';
import { audioModelOf, type BoundAudioModel } from '../model-kind.js';
import type { Numbers } from './compare.js';
import type { Golden } from './golden.js';
import { failInputs } from './inputs.js';
import { numbersOf, type OutputFilter, type Outputs } from './outputs.js';

/**
 * All outputs of an audio model that are compared: logits, hidden states and attention weights, those of CTC zeroed at
 * padding.
 */
export async function audioOutputs(model: Model, golden: Golden, isWanted: OutputFilter): Promise<Outputs> {
  const bound = audioModelOf('parity', model);
  const { input, lengths } = await inputOf(golden, bound);
  const { depth } = bound.composition;
  const blocks = Array.from({ length: depth }, (_, i) => `encoder.layers.${i}`);
  const states = model.family.hiddenStatePaths?.(depth) ?? [
    'embedded',
    ...blocks.slice(0, -1).map(path => `${path}.output`),
    'encoder.output',
  ];
  const weights = blocks.map(path => `${path}.attention.weights`);
  const recorder = record([...states, ...weights]);
  const logits = tidy(() => {
    const x = tensor(input.data as Float32Array, input.shape);
    return bound.layer(bound.weights, x, recorder.scope.with(keyRange, rangeOf(lengths)));
  });
  try {
    const outputs: Outputs = new Map([['logits', withoutPadding(await numbersOf(logits), lengths)]]);
    for (const [i, path] of states.entries())
      outputs.set(`hidden_states.${i}`, withoutPadding(await numbersOf(recorder.values.get(path)!), lengths));
    for (const [i, path] of weights.entries()) {
      const each = await numbersOf(recorder.values.get(path)!);
      const all = model.family.averagesAttentions ? meanOverHeads(each) : each;
      outputs.set(`attentions.${i}`, bound.composition.kind === 'ctc' ? firstRow(all) : all);
    }
    return new Map([...outputs].filter(([name]) => isWanted(name)));
  } finally {
    recorder.dispose();
    logits.dispose();
  }
}

/** The samples [batch, samples, 1] or frames of the reference, and how many positions of each row are no padding. */
async function inputOf(
  golden: Golden,
  { composition }: BoundAudioModel,
): Promise<{ input: Numbers; lengths: readonly number[] | undefined }> {
  if (!golden.shapeOf('input_values'))
    failInputs(`golden.safetensors has no input_values; it holds ${golden.names.join(', ')}`);
  const { shape, data } = await golden.read('input_values');
  const { source, positionsOf } = composition;
  const rank = source.kind === 'samples' ? 2 : 3;
  if (shape.length !== rank || shape.includes(0))
    failInputs(`input_values is [${shape.join(', ')}]; ${rank} axes of one or more would fit`);
  const input = { shape: rank === 2 ? [...shape, 1] : shape, data: Float32Array.from(data) };
  if (!golden.shapeOf('attention_mask') || !positionsOf) return { input, lengths: undefined };
  const mask = await golden.rows('attention_mask');
  return { input, lengths: mask.map(row => positionsOf(row.lastIndexOf(1) + 1)) };
}

function rangeOf(lengths: readonly number[] | undefined): KeyRange {
  return lengths ? { keyEnd: tensor([...lengths], [lengths.length], 'int32') } : {};
}

/** Values [batch, length, width], zeroed at padding. */
function withoutPadding({ shape, data }: Numbers, lengths: readonly number[] | undefined): Numbers {
  if (!lengths) return { shape, data };
  const [, length, width] = shape as [number, number, number];
  const isInside = (i: number) => Math.floor(i / width) % length < lengths[Math.floor(i / (length * width))]!;
  return { shape, data: Float32Array.from(data, (value, i) => (isInside(i) ? value : 0)) };
}

function firstRow({ shape, data }: Numbers): Numbers {
  const size = data.length / shape[0]!;
  return { shape: [1, ...shape.slice(1)], data: Array.from({ length: size }, (_, i) => data[i]!) };
}

/** [batch, heads, queryLen, keyLen] with the mean of the heads in the place of each. */
function meanOverHeads({ shape, data }: Numbers): Numbers {
  const [, heads, queryLen, keyLen] = shape as [number, number, number, number];
  const size = queryLen * keyLen;
  return {
    shape,
    data: Float32Array.from(data, (_, i) => {
      const [batch, at] = [Math.floor(i / (heads * size)), i % size];
      return (
        Array.from({ length: heads }, (_, h) => data[(batch * heads + h) * size + at]!).reduce((a, b) => a + b) / heads
      );
    }),
  };
}
