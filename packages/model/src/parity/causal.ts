import { emptyScope, type Recorder, record, type Scope, stepPositions } from '@residual/layers';
import { noRepeatNgramSize, type Processor, repetitionPenalty } from '@residual/sampling';
import {
  clone,
  crossEntropy,
  dispose,
  keep,
  mean,
  reshape,
  sliceAxis,
  type Tensor,
  tensor,
  tidy,
} from '@residual/tensor';
import { forward } from '../forward.js';
import type { GenerateOptions } from '../generate/options.js';
import type { Model } from '../model.js';
import { causalOf } from '../model-kind.js';
import { beamOutputs, beamSearches, fillTokenOf } from './beams.js';
import type { Numbers } from './compare.js';
import type { Golden } from './golden.js';
import { type Inputs, inputsOf, paddingToken } from './inputs.js';
import { numbersOf, type OutputFilter, type Outputs } from './outputs.js';
import { lossAndTrainingOutputs } from './training.js';

/**
 * All outputs of a decoder-only checkpoint that are compared: logits, hidden states, attention weights, continuations,
 * loss and gradients.
 */
export async function causalOutputs(model: Model, golden: Golden, isWanted: OutputFilter): Promise<Outputs> {
  const inputs = await inputsOf(golden, model);
  const outputs: Outputs = new Map();
  for (const [name, numbers] of await internalOutputs(model, inputs)) if (isWanted(name)) outputs.set(name, numbers);
  if (isWanted('logits_padded_batch')) outputs.set('logits_padded_batch', await paddedLogits(model, inputs, golden));
  for (const [name, numbers] of await continuations(model, golden, inputs, isWanted)) outputs.set(name, numbers);
  for (const [name, numbers] of await beams(model, golden, inputs, isWanted))
    if (isWanted(name)) outputs.set(name, numbers);
  if (inputs.ids[0]!.length > 1) {
    const loss = () => lossOf(model, inputs.ids[0]!);
    for (const [name, numbers] of await lossAndTrainingOutputs(model, golden, isWanted, loss))
      outputs.set(name, numbers);
  }
  return outputs;
}

/**
 * For row 0: `logits`, `hidden_states.i` (0 after the embedding, the last after the final norm) and `attentions.i` of
 * the layers with attention.
 */
async function internalOutputs(model: Model, { ids }: Inputs): Promise<Outputs> {
  const { depth, family } = model;
  const outputsOfBlocks = Array.from({ length: depth - 1 }, (_, i) => `decoder.layers.${i}.output`);
  const paths = family.hiddenStatePaths?.(depth) ?? ['embedded', ...outputsOfBlocks, 'decoder.output'];
  const recorder = record(paths);
  const attentions = new Map<string, Tensor>();
  const scope = recorder.scope.withTaps({
    wants: path => attentionWeights.test(path),
    onTensor: (path, x) => {
      attentions.set(path, keep(clone(x)));
      return x;
    },
  });
  const logits = forward(causalOf('parity', model), [ids[0]!], [0], scope);
  try {
    const outputs: Outputs = new Map([['logits', await numbersOf(logits)]]);
    for (const [i, path] of paths.entries()) outputs.set(`hidden_states.${i}`, await numbersAt(recorder, path));
    for (const [i, weights] of [...attentions.values()].entries())
      outputs.set(`attentions.${i}`, await numbersOf(weights));
    return outputs;
  } finally {
    recorder.dispose();
    dispose([logits, ...attentions.values()]);
  }
}

/** The weights of an attention, also of one that is a part of a mixer; not those of a router. */
const attentionWeights = /^decoder\.layers\.\d+\.(?:\w+\.)*(?:attention|mixer)\.weights$/;

/**
 * Logits of all rows at once, zeroed at padding: [batch, length, vocab]. Files count the positions of a padded row from
 * its first entry or from its first token; where that matters, the way that comes closer to the file is taken.
 */
async function paddedLogits(model: Model, inputs: Inputs, golden: Golden): Promise<Numbers> {
  const fromFirstEntry = await paddedLogitsIn(emptyScope, model, inputs);
  const name = 'logits_padded_batch';
  if (golden.shapeOf(name) === undefined) return fromFirstEntry;
  const expected = (await golden.read(name)).data;
  const distanceOf = ({ data }: Numbers) =>
    Array.from(expected).reduce((largest, value, i) => Math.max(largest, Math.abs(value - data[i]!)), 0);
  if (distanceOf(fromFirstEntry) < 1e-4) return fromFirstEntry;
  const { ids, padding } = inputs;
  const length = ids[0]!.length;
  const positions = padding.flatMap(pad => Array.from({ length }, (_, i) => Math.max(i - pad, 0)));
  const positionIds = tensor(positions, [padding.length, length], 'int32');
  const scope = emptyScope.with(stepPositions, { positionIds, totalLength: length });
  const fromFirstToken = await paddedLogitsIn(scope, model, inputs);
  positionIds.dispose();
  return distanceOf(fromFirstToken) < distanceOf(fromFirstEntry) ? fromFirstToken : fromFirstEntry;
}

async function paddedLogitsIn(scope: Scope, model: Model, { ids, padding }: Inputs): Promise<Numbers> {
  const logits = forward(causalOf('parity', model), ids, padding, scope);
  try {
    const { shape, data } = await numbersOf(logits);
    const [, length, vocab] = shape as [number, number, number];
    const values = Float32Array.from(data);
    padding.forEach((pad, row) => {
      values.fill(0, row * length * vocab, (row * length + pad) * vocab);
    });
    return { shape, data: values };
  } finally {
    logits.dispose();
  }
}

/**
 * Greedy continuations without end tokens, including prompt and padding; left out if they exceed a learned table of
 * positions.
 */
async function continuations(
  model: Model,
  golden: Golden,
  { ids, prompts }: Inputs,
  isWanted: OutputFilter,
): Promise<Outputs> {
  const outputs: Outputs = new Map();
  const cases = [
    { name: 'greedy', rows: 1, length: 24, options: {} },
    { name: 'greedy_padded_batch', rows: ids.length, length: 12, options: {} },
    { name: 'greedy_rep_penalty', rows: 1, length: 16, options: repetitionOptions(ids[0]!, prompts[0]!) },
  ];
  for (const { name, rows, length, options } of cases) {
    if (!isWanted(name)) continue;
    const referenceTokens = (golden.shapeOf(name)?.[1] ?? 0) - ids[0]!.length;
    const maxNewTokens = referenceTokens > 0 ? referenceTokens : length;
    const maxLength = ids[0]!.length + maxNewTokens;
    if (maxLength > model.maxPositions && !model.openEnded) continue;
    const settings: GenerateOptions = { ...options, temperature: 0, eosTokenId: [], maxNewTokens, maxLength };
    const outputsOfBatch = await model.generateBatch(prompts.slice(0, rows), settings).result();
    const data = outputsOfBatch.flatMap(({ newTokens }, i) => [...ids[i]!, ...newTokens]);
    outputs.set(name, { shape: [rows, data.length / rows], data });
  }
  return outputs;
}

/** The continuations of row 0 by beam search. */
async function beams(model: Model, golden: Golden, { ids, prompts }: Inputs, isWanted: OutputFilter): Promise<Outputs> {
  const outputs: Outputs = new Map();
  for (const [name, options] of Object.entries(beamSearches['causal-lm'])) {
    if (!isWanted(name) && !isWanted(`${name}_scores`)) continue;
    const referenceTokens = (golden.shapeOf(name)?.[1] ?? 0) - ids[0]!.length;
    const maxNewTokens = referenceTokens > 0 ? referenceTokens : 12;
    const maxLength = ids[0]!.length + maxNewTokens;
    if (maxLength > model.maxPositions && !model.openEnded) continue;
    const results = await model.beamSearch(prompts[0]!, { ...options, maxNewTokens, maxLength }).result();
    const fill = fillTokenOf(paddingToken(model), 2);
    for (const [each, numbers] of beamOutputs(name, [results], () => ids[0]!, fill)) outputs.set(each, numbers);
  }
  return outputs;
}

/** The options of `greedy_rep_penalty`; the reference counts padding as tokens. */
function repetitionOptions(ids: readonly number[], prompt: readonly number[]): GenerateOptions {
  if (ids.length === prompt.length) return { repetitionPenalty: 1.3, noRepeatNgramSize: 2 };
  const overAll =
    (process: Processor): Processor =>
    (logits, context, out) => {
      const tokens = [...ids, ...Array.from(context.tokens).slice(prompt.length)];
      return process(logits, { ...context, tokens, promptLength: ids.length }, out);
    };
  return { processors: [overAll(repetitionPenalty(1.3)), overAll(noRepeatNgramSize(2))] };
}

/** The mean loss of predicting each next token of `ids`. */
function lossOf(model: Model, ids: readonly number[]): Tensor {
  const { layer, weights } = causalOf('parity', model);
  return tidy(() => {
    const logits = layer(weights, tensor(ids, [1, ids.length], 'int32'));
    const before = reshape(sliceAxis(logits, 1, 0, ids.length - 1), [ids.length - 1, model.vocab]);
    return mean(crossEntropy(before, tensor(ids.slice(1), [ids.length - 1], 'int32')));
  });
}

async function numbersAt({ values }: Recorder, path: string): Promise<Numbers> {
  return numbersOf(values.get(path)!);
}
