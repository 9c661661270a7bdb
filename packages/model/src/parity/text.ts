import { keyRange } from '@residual/attention';
import { emptyScope, record, type Scope } from '@residual/layers';
import { crossEntropy, type KeyRange, mul, reshape, sum, type Tensor, tensor, tidy } from '@residual/tensor';
import type { Model } from '../model.js';
import { textModelOf } from '../model-kind.js';
import { paddedIds, type Sequences } from '../sequences.js';
import { labelScores } from '../understand/label-scores.js';
import { hiddenStatePaths } from '../vectors/hidden-states.js';
import type { Numbers } from './compare.js';
import type { Golden } from './golden.js';
import { attentionMaskOf, expectIds, failInputs } from './inputs.js';
import { numbersOf, type OutputFilter, type Outputs } from './outputs.js';
import { lossAndTrainingOutputs } from './training.js';

/** The inputs of the reference: ids, their types if there are any, and which positions are no padding. */
interface Inputs {
  readonly ids: Sequences;
  readonly tokenTypes: Sequences | undefined;
  readonly mask: Sequences;
}

/**
 * All outputs of a text model that are compared: hidden states, attention weights, those of its head, and for masked
 * language models loss and gradients.
 */
export async function textOutputs(model: Model, golden: Golden, isWanted: OutputFilter): Promise<Outputs> {
  const inputs = await inputsOf(golden, model);
  const outputs: Outputs = new Map();
  for (const [name, numbers] of await passOutputs(model, inputs)) if (isWanted(name)) outputs.set(name, numbers);
  const labels = golden.shapeOf('labels') ? (await golden.rows('labels')).flat() : undefined;
  if (!labels || model.composition.kind !== 'masked-lm') return outputs;
  const loss = () => lossOf(model, inputs, labels);
  for (const [name, numbers] of await lossAndTrainingOutputs(model, golden, isWanted, loss)) outputs.set(name, numbers);
  return outputs;
}

async function inputsOf(golden: Golden, model: Model): Promise<Inputs> {
  if (!golden.shapeOf('input_ids'))
    failInputs(`golden.safetensors has no input_ids; it holds ${golden.names.join(', ')}`);
  const ids = await golden.rows('input_ids');
  expectIds('input_ids', ids, model, model.vocab);
  const tokenTypes = golden.shapeOf('token_type_ids') ? await golden.rows('token_type_ids') : undefined;
  const mask = await attentionMaskOf(golden, ids);
  for (const [row, values] of mask.entries())
    if (/10+1/.test(values.map(Number).join('')) || !values.includes(1))
      failInputs(`attention_mask hides positions of row ${row} other than padding on one side`);
  return { ids, tokenTypes, mask };
}

/** One pass over rows of equal length. */
function pass(model: Model, { ids, tokenTypes, mask }: Inputs, scope: Scope): Tensor {
  const { layer, weights } = textModelOf('parity', model);
  return tidy(() => {
    const length = ids[0]!.length;
    const inputs = { ids: paddedIds(ids, length), ...(tokenTypes && { tokenTypes: paddedIds(tokenTypes, length) }) };
    return layer(weights, inputs, scope.with(keyRange, rangeOf(mask)));
  });
}

function rangeOf(mask: Sequences): KeyRange {
  const [starts, ends] = [mask.map(row => row.indexOf(1)), mask.map(row => row.lastIndexOf(1) + 1)];
  const isPadded = { left: starts.some(start => start > 0), right: ends.some(end => end < mask[0]!.length) };
  const vector = (values: readonly number[]) => tensor([...values], [values.length], 'int32');
  return { ...(isPadded.left && { keyStart: vector(starts) }), ...(isPadded.right && { keyEnd: vector(ends) }) };
}

/** Hidden states and attention weights of all blocks, and the outputs of the head. Padding is zeroed. */
async function passOutputs(model: Model, inputs: Inputs): Promise<Outputs> {
  const { composition } = textModelOf('parity', model);
  const { side, depth } = composition;
  const { hiddenStates, output } = hiddenStatePaths(composition);
  const paths = [...hiddenStates.slice(0, -1), output];
  const recorder = record([...paths, `${side}.layers.*.attention.weights`]);
  const given = pass(model, inputs, recorder.scope);
  try {
    const outputs: Outputs = new Map();
    const tapped = (path: string) => numbersOf(recorder.values.get(path)!);
    for (const [i, path] of paths.entries())
      outputs.set(`hidden_states.${i}`, withoutPadding(await tapped(path), inputs.mask));
    for (let i = 0; i < depth; i++)
      outputs.set(`attentions.${i}`, firstRow(await tapped(`${side}.layers.${i}.attention.weights`)));
    outputs.set('mean_pooled_normalized', meanPooled(outputs.get(`hidden_states.${depth}`)!, inputs.mask));
    const logits = await numbersOf(given);
    for (const [name, numbers] of headOutputs(model, logits, inputs.mask)) outputs.set(name, numbers);
    return outputs;
  } finally {
    recorder.dispose();
    given.dispose();
  }
}

/** What the head of a model gives, under the reference's names. */
function headOutputs(model: Model, logits: Numbers, mask: Sequences): Outputs {
  const { composition } = textModelOf('parity', model);
  switch (composition.kind) {
    case 'features':
      return new Map();
    case 'masked-lm':
    case 'token-classification':
      return new Map([['logits', withoutPadding(logits, mask)]]);
    case 'sequence-classification':
      return new Map([
        ['logits', logits],
        ['scores', { shape: logits.shape, data: labelScores(composition, Float32Array.from(logits.data)) }],
      ]);
    case 'question-answering': {
      const spans = withoutPadding(logits, mask);
      const side = (k: number) =>
        Float32Array.from({ length: spans.data.length / 2 }, (_, i) => spans.data[2 * i + k]!);
      const shape = spans.shape.slice(0, 2);
      return new Map([
        ['start_logits', { shape, data: side(0) }],
        ['end_logits', { shape, data: side(1) }],
      ]);
    }
  }
}

/** Values [batch, length, width], zeroed at padding. */
export function withoutPadding({ shape, data }: Numbers, mask: Sequences): Numbers {
  const [, length, width] = shape as [number, number, number];
  const isToken = (i: number) => mask[Math.floor(i / (length * width))]![Math.floor(i / width) % length] !== 0;
  return { shape, data: Float32Array.from(data, (value, i) => (isToken(i) ? value : 0)) };
}

function firstRow({ shape, data }: Numbers): Numbers {
  const size = data.length / shape[0]!;
  return { shape: [1, ...shape.slice(1)], data: Array.from({ length: size }, (_, i) => data[i]!) };
}

/** The mean of the tokens of each row, scaled to length 1: [batch, width]. */
function meanPooled({ shape, data }: Numbers, mask: Sequences): Numbers {
  const [batch, length, width] = shape as [number, number, number];
  const rows = mask.flatMap((row, b) => {
    const count = row.filter(value => value !== 0).length;
    const at = (k: number, i: number) => data[(b * length + i) * width + k]!; // 0 at padding
    const means = Array.from({ length: width }, (_, k) => row.reduce((sum, _, i) => sum + at(k, i), 0) / count);
    const norm = Math.hypot(...means);
    return means.map(value => value / norm);
  });
  return { shape: [batch, width], data: rows };
}

/** The mean loss of all labels except -100. */
function lossOf(model: Model, inputs: Inputs, labels: readonly number[]): Tensor {
  return tidy(() => {
    const logits = reshape(pass(model, inputs, emptyScope), [labels.length, model.vocab]);
    const losses = crossEntropy(logits, tensor([...labels], [labels.length], 'int32'), { ignoreIndex: -100 });
    return mul(sum(losses), 1 / labels.filter(label => label !== -100).length);
  });
}
