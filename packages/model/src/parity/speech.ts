import { emptyScope, type Recorder, record, type Scope } from '@residual/layers';
import { type Tensor, tensor, tidy } from '@residual/tensor';
import type { Model } from '../model.js';
import { type BoundSpeechModel, speechModelOf } from '../model-kind.js';
import { paddedIds, type Sequences } from '../sequences.js';
import type { Features } from '../sounds/samples-of.js';
import type { Numbers } from './compare.js';
import type { Golden } from './golden.js';
import { expectIds, failInputs, paddingToken } from './inputs.js';
import { numbersOf, type OutputFilter, type Outputs } from './outputs.js';
import { meanLoss, shiftedLabels } from './sequence-to-sequence.js';
import { lossAndTrainingOutputs } from './training.js';

/** The inputs of the reference. */
interface Inputs {
  /** Features [batch, bins, frames] or samples [batch, samples]. */
  readonly source: Numbers;
  readonly targets: Sequences;
  /** The label of each target position; -100 if it does not count. */
  readonly labels: Sequences | undefined;
}

/**
 * All outputs of a speech model that are compared: logits, encoder output, hidden states, attention weights,
 * continuations, loss and gradients.
 */
export async function speechOutputs(model: Model, golden: Golden, isWanted: OutputFilter): Promise<Outputs> {
  const inputs = await inputsOf(golden, model);
  const outputs: Outputs = new Map();
  for (const [name, numbers] of await internalOutputs(model, inputs)) if (isWanted(name)) outputs.set(name, numbers);
  const { generate = {} } = golden.settings;
  for (const [name, options] of Object.entries(generate as Readonly<Record<string, object>>))
    if (isWanted(name)) outputs.set(name, await continuation(model, golden, inputs, { name, options }));
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
  const { composition, layer } = speechModelOf('parity', model);
  const name = composition.source.kind === 'frames' ? 'input_features' : 'input_values';
  const missing = [name, 'decoder_input_ids'].find(each => !golden.shapeOf(each));
  if (missing) failInputs(`golden.safetensors has no ${missing}; it holds ${golden.names.join(', ')}`);
  const [source, targets] = [await golden.read(name), await golden.rows('decoder_input_ids')];
  const axes = composition.source.kind === 'frames' ? 3 : 2;
  if (source.shape.length !== axes || source.shape[0] !== targets.length)
    failInputs(`${name} is [${source.shape.join(', ')}]; it must have ${axes} axes and ${targets.length} rows`);
  expectIds('decoder_input_ids', targets, model, layer.vocab);
  return { source, targets, labels: golden.shapeOf('labels') ? await golden.rows('labels') : undefined };
}

/** The source as the encoder reads it: [batch, frames, bins], or [batch, samples, 1]. */
function sourceTensor({ source: { shape, data } }: Inputs): Tensor {
  const [batch, bins, frames] = shape.length === 3 ? (shape as [number, number, number]) : [shape[0]!, 1, shape[1]!];
  const values = new Float32Array(data.length);
  for (let row = 0; row < batch; row++)
    for (let bin = 0; bin < bins; bin++)
      for (let frame = 0; frame < frames; frame++)
        values[(row * frames + frame) * bins + bin] = data[(row * bins + bin) * frames + frame]!;
  return tensor(values, [batch, frames, bins]);
}

function forwardSpeech({ layer, weights }: BoundSpeechModel, inputs: Inputs, targets: Sequences, scope: Scope): Tensor {
  return tidy(() => {
    const target = paddedIds(targets, Math.max(...targets.map(({ length }) => length)));
    return layer(weights, { source: sourceTensor(inputs), target }, scope);
  });
}

/** `logits`, the encoder output, hidden states and attention weights of all rows. */
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
  const logits = forwardSpeech(speechModelOf('parity', model), inputs, inputs.targets, recorder.scope);
  try {
    const tapOf = (path: string) => numbersAt(recorder, path);
    const outputs: Outputs = new Map([['logits', await numbersOf(logits)]]);
    outputs.set('encoder_last_hidden_state', await tapOf('encoder.output'));
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

/** The new tokens of all rows by the arguments of the reference's `generate`; rows that end early are padded. */
async function continuation(
  model: Model,
  golden: Golden,
  { source }: Inputs,
  { name, options }: { readonly name: string; readonly options: object },
): Promise<Numbers> {
  const { max_new_tokens: maxNewTokens, return_timestamps: times = false } = options as {
    readonly max_new_tokens?: number;
    readonly return_timestamps?: boolean;
  };
  const settings = {
    timestamps: times ? 'segment' : 'none',
    temperature: 0,
    compressionRatioThreshold: null,
    logprobThreshold: null,
    skipSilence: false,
    ...(maxNewTokens !== undefined && { maxNewTokens }),
  } as const;
  const transcriptions = await model.transcribe(featuresOf(source), settings).result();
  // The reference returns the tokens of a model of samples with the start token.
  const start = source.shape.length === 2 ? [model.decoderStartTokenId] : [];
  const rows = transcriptions.map(({ tokens }) => [...start, ...tokens]);
  const longest = golden.shapeOf(name)?.[1] ?? Math.max(...rows.map(({ length }) => length));
  const pad = paddingToken(model) ?? 0;
  return {
    shape: [rows.length, longest],
    data: rows.flatMap(tokens => Array.from({ length: longest }, (_, i) => tokens[i] ?? pad)),
  };
}

/** The rows of a source, each as features. */
function featuresOf({ shape, data }: Numbers): Features[] {
  const [batch, ...rest] = shape as [number, ...number[]];
  const values = Float32Array.from(data);
  const size = values.length / batch;
  const own = rest.length === 1 ? [1, rest[0]!] : rest;
  return Array.from({ length: batch }, (_, i) => ({ values: values.slice(i * size, (i + 1) * size), shape: own }));
}

/**
 * The mean loss of all labels except -100; the decoder is fed the labels shifted by one position, as in the reference.
 */
function lossOf(model: Model, inputs: Inputs, labels: Sequences): Tensor {
  const bound = speechModelOf('parity', model);
  const targets = shiftedLabels(labels, model.decoderStartTokenId, paddingToken(model) ?? 0);
  return tidy(() => meanLoss(forwardSpeech(bound, inputs, targets, emptyScope), labels, bound.layer.vocab));
}

async function numbersAt({ values }: Recorder, path: string): Promise<Numbers> {
  return numbersOf(values.get(path)!);
}
