import { ResidualError } from '@residual/tensor';
import type { Model } from '../model.js';
import { audioOutputs } from './audio.js';
import { causalOutputs } from './causal.js';
import type { Golden } from './golden.js';
import { imageTextOutputs } from './image-text.js';
import { imageTokensOutputs } from './image-tokens.js';
import { imageOutputs } from './images.js';
import type { OutputFilter, Outputs } from './outputs.js';
import { sequenceToSequenceOutputs } from './sequence-to-sequence.js';
import { speechOutputs } from './speech.js';
import { sourceFilterOutputs, synthesisOutputs, vocoderOutputs } from './synthesis.js';
import { textOutputs } from './text.js';

/** The function that computes the outputs of each kind of model. */
const outputsByKind = {
  'causal-lm': causalOutputs,
  'seq2seq-lm': sequenceToSequenceOutputs,
  'speech-seq2seq': speechOutputs,
  'masked-lm': textOutputs,
  'sequence-classification': textOutputs,
  'token-classification': textOutputs,
  'question-answering': textOutputs,
  features: textOutputs,
  'image-classification': imageOutputs,
  'image-features': imageOutputs,
  'image-text': imageTextOutputs,
  'image-tokens': imageTokensOutputs,
  clip: imageTextOutputs,
  siglip: imageTextOutputs,
  siglip2: imageTextOutputs,
  ctc: audioOutputs,
  'audio-classification': audioOutputs,
  vocoder: vocoderOutputs,
  'source-filter': sourceFilterOutputs,
  'text-to-waveform': synthesisOutputs,
  'text-to-spectrogram': synthesisOutputs,
};

/** The outputs of a model that are wanted, for the kind that the golden files name, or its own. */
export function outputsOf(model: Model, golden: Golden, isWanted: OutputFilter): Promise<Outputs> {
  const { kind } = golden.settings;
  return outputsByKind[isKind(kind) ? kind : model.composition.kind](model, golden, isWanted);
}

/** Throws if the golden files are of a kind that is not compared. */
export function expectKind({ settings: { kind } }: Golden): void {
  if (kind === undefined || kind === packedKind || isKind(kind)) return;
  throw new ResidualError(
    'parity',
    `parity: golden.json is of kind ${JSON.stringify(kind)}; ` +
      `this version compares ${[...Object.keys(outputsByKind), packedKind].join(', ')}`,
  );
}

/** Of golden files with the outputs for several forms of weights, named as `logits.q8_0`. */
const packedKind = 'packed';

const isKind = (kind: unknown): kind is keyof typeof outputsByKind =>
  typeof kind === 'string' && Object.hasOwn(outputsByKind, kind);

/** Whether an output needs the gradients of weights, which packed ones do not have. */
export const needsGradients = (name: string): boolean => /^(?:grad|after\.|adamw_losses$)/.test(name);

const inputs: readonly string[] = [
  ...['input_ids', 'attention_mask', 'decoder_input_ids', 'labels', 'token_type_ids'],
  ...['pixel_values', 'pixel_attention_mask', 'spatial_shapes'],
  ...['input_features', 'input_values', 'input_spectrogram'],
  ...['speaker_embeddings', 'speaker_ids', 'lang_ids', 'decoder_input_values'],
];

/** Whether a tensor of `golden.safetensors` is an input. */
export const isInput = (name: string): boolean => inputs.includes(name);
