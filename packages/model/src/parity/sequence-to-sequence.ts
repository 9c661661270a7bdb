import { emptyScope, type Recorder, record } from '@residual/layers';
import { crossEntropy, mul, reshape, sum, type Tensor, tensor, tidy } from '@residual/tensor';
import { forwardPair } from '../forward.js';
import type { Model } from '../model.js';
import { encoderDecoderOf } from '../model-kind.js';
import type { Sequences } from '../sequences.js';
import { beamOutputs, beamSearches, fillTokenOf } from './beams.js';
import type { Numbers } from './compare.js';
import type { Golden } from './golden.js';
import { attentionMaskOf, expectIds, failInputs, paddingToken } from './inputs.js';
import { numbersOf, type OutputFilter, type Outputs } from './outputs.js';
import { lossAndTrainingOutputs } from './training.js';

/** The inputs of the reference: sources padded on the right, their lengths, and the targets. */
interface Inputs {
  readonly sources: Sequences;
  readonly lengths: readonly number[];
  readonly targets: Sequences;
  /** The label of each target position; -100 if it does not count. */
  readonly labels: Sequences | undefined;
}

/**
 * All outputs of an encoder-decoder that are compared: logits, hidden states, three kinds of attention, continuations,
 * loss and gradients.
 */
export async function sequenceToSequenceOutputs(
  model: Model,
  golden: Golden,
  isWanted: OutputFilter,
): Promise<Outputs> {
  const inputs = await inputsOf(golden, model);
  const outputs: Outputs = new Map();
  for (const [name, numbers] of await internalOutputs(model, inputs)) if (isWanted(name)) outputs.set(name, numbers);
  if (isWanted('greedy')) outputs.set('greedy', await greedy(model, golden, inputs));
  for (const [name, options] of Object.entries(beamSearches['seq2seq-lm'])) {
    if (!isWanted(name) && !isWanted(`${name}_scores`)) continue;
    const maxNewTokens = Math.max((golden.shapeOf(name)?.[1] ?? 0) - 1, 12);
    const results = await model.beamSearchBatch(sourcesOf(inputs), { ...options, maxNewTokens }).result();
    const fill = fillTokenOf(paddingToken(model), model.eosTokenIds[0]);
    const beams = beamOutputs(name, results, () => [model.decoderStartTokenId], fill);
    for (const [each, numbers] of beams) if (isWanted(each)) outputs.set(each, numbers);
  }
  const { labels } = inputs;
  if (labels) {
    const loss = () => lossOf(model, inputs, labels);
    for (const [name, numbers] of await lossAndTrainingOutputs(model, golden, isWanted, loss))
      outputs.set(name, numbers);
  }
  return outputs;
}

/** Reads the inputs. Throws if they do not fit each other or the model. */
async function inputsOf(golden: Golden, model: Model): Promise<Inputs> {
  const missing = ['input_ids', 'decoder_input_ids'].find(name => !golden.shapeOf(name));
  if (missing) failInputs(`golden.safetensors has no ${missing}; it holds ${golden.names.join(', ')}`);
  const [source, target] = [await golden.rows('input_ids'), await golden.rows('decoder_input_ids')];
  if (source.length !== target.length)
    failInputs(`input_ids has ${source.length} rows, decoder_input_ids ${target.length}; they must be equal`);
  const { layer } = encoderDecoderOf('parity', model);
  expectIds('input_ids', source, model, layer.source.vocab);
  expectIds('decoder_input_ids', target, model, layer.vocab);
  const mask = await attentionMaskOf(golden, source);
  const lengths = mask.map((row, i) => {
    const length = row.filter(value => value !== 0).length;
    if (length > 0 && row.slice(0, length).every(value => value !== 0)) return length;
    return failInputs(
      `attention_mask of row ${i} hides a position before one that it shows; padding must be on the right`,
    );
  });
  const labels = golden.shapeOf('labels') ? await golden.rows('labels') : undefined;
  return { sources: source, lengths, targets: target, labels };
}

/**
 * `logits`, the encoder output, hidden states and attention weights of the decoder for all rows; attention of the
 * encoder for row 0.
 */
async function internalOutputs(model: Model, inputs: Inputs): Promise<Outputs> {
  const { depth, encoderDepth } = model;
  const recorder = record([
    ...['encoder.output', 'target.embedded', 'decoder.output', 'decoder.layers.*.output'],
    ...[
      'encoder.layers.*.attention.weights',
      'decoder.layers.*.attention.weights',
      'decoder.layers.*.crossAttention.weights',
    ],
  ]);
  const logits = forwardPair(encoderDecoderOf('parity', model), inputs, recorder.scope);
  try {
    const tapOf = (path: string) => numbersAt(recorder, path);
    const outputs: Outputs = new Map([['logits', await numbersOf(logits)]]);
    outputs.set('encoder_last_hidden_state', withoutPadding(await tapOf('encoder.output'), inputs.lengths));
    for (let i = 0; i <= depth; i++) {
      const after = i === depth ? 'decoder.output' : `decoder.layers.${i - 1}.output`;
      outputs.set(`decoder_hidden_states.${i}`, await tapOf(i === 0 ? 'target.embedded' : after));
    }
    for (let i = 0; i < depth; i++) {
      outputs.set(`decoder_attentions.${i}`, await tapOf(`decoder.layers.${i}.attention.weights`));
      outputs.set(`cross_attentions.${i}`, await tapOf(`decoder.layers.${i}.crossAttention.weights`));
    }
    for (let i = 0; i < encoderDepth; i++) {
      const { shape, data } = await tapOf(`encoder.layers.${i}.attention.weights`);
      const size = data.length / shape[0]!;
      const first = Float32Array.from({ length: size }, (_, index) => data[index]!);
      outputs.set(`encoder_attentions.${i}`, { shape: [1, ...shape.slice(1)], data: first });
    }
    return outputs;
  } finally {
    recorder.dispose();
    logits.dispose();
  }
}

/** Hidden states [batch, length, modelDim], zeroed at padding. */
function withoutPadding({ shape, data }: Numbers, lengths: readonly number[]): Numbers {
  const [, length, width] = shape as [number, number, number];
  const values = Float32Array.from(data);
  for (const [row, sourceLen] of lengths.entries())
    values.fill(0, (row * length + sourceLen) * width, (row + 1) * length * width);
  return { shape, data: values };
}

/** Greedy continuations with start and end tokens; rows that end early are padded. */
async function greedy(model: Model, golden: Golden, inputs: Inputs): Promise<Numbers> {
  const referenceTokens = (golden.shapeOf('greedy')?.[1] ?? 0) - 1;
  const maxNewTokens = Math.max(referenceTokens, 12);
  const generated = await model.generateBatch(sourcesOf(inputs), { temperature: 0, maxNewTokens }).result();
  const longest = Math.max(...generated.map(({ tokens }) => tokens.length));
  const pad = paddingToken(model) ?? 0;
  const rows = generated.map(({ tokens }) => Array.from({ length: longest }, (_, i) => tokens[i] ?? pad));
  return { shape: [rows.length, longest], data: rows.flat() };
}

/** The sources without padding. */
function sourcesOf({ sources, lengths }: Inputs): Sequences {
  return sources.map((row, i) => row.slice(0, lengths[i]));
}

/**
 * The mean loss of all labels except -100; the decoder is fed the labels shifted by one position, as in the reference.
 */
function lossOf(model: Model, { sources, lengths }: Inputs, labels: Sequences): Tensor {
  const bound = encoderDecoderOf('parity', model);
  const targets = shiftedLabels(labels, model.decoderStartTokenId, paddingToken(model) ?? 0);
  return tidy(() => {
    return meanLoss(forwardPair(bound, { sources, lengths, targets }, emptyScope), labels, bound.layer.vocab);
  });
}

/** What the decoder is fed for labels: the start token, then the labels but the last, with padding for -100. */
export function shiftedLabels(labels: Sequences, start: number, pad: number): Sequences {
  return labels.map(row => [start, ...row.slice(0, -1).map(label => (label === -100 ? pad : label))]);
}

/** The mean loss of all labels except -100, from logits [batch, length, vocab]. */
export function meanLoss(logits: Tensor, labels: Sequences, vocab: number): Tensor {
  const flat = labels.flat();
  const losses = crossEntropy(reshape(logits, [flat.length, vocab]), tensor(flat, [flat.length], 'int32'), {
    ignoreIndex: -100,
  });
  return mul(sum(losses), 1 / flat.filter(label => label !== -100).length);
}

async function numbersAt({ values }: Recorder, path: string): Promise<Numbers> {
  return numbersOf(values.get(path)!);
}
