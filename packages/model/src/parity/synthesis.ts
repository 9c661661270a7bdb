import type { AutoregressiveSynthesizer, ParallelSynthesizer } from '@residual/families';
import { record } from '@residual/layers';
import { dispose, tensor, tidy } from '@residual/tensor';
import type { Model } from '../model.js';
import { type BoundModel, sourceFilterOf, synthesizerOf, vocoderOf } from '../model-kind.js';
import { speakSteps } from '../speak/autoregressive.js';
import { parallelFrames } from '../speak/parallel.js';
import { type Voice, voiceTensors } from '../speak/voice.js';
import type { Numbers } from './compare.js';
import type { Golden } from './golden.js';
import { expectIds, failInputs } from './inputs.js';
import { numbersOf, type OutputFilter, type Outputs } from './outputs.js';

/** The `waveform` of a vocoder. */
export async function vocoderOutputs(model: Model, golden: Golden, isWanted: OutputFilter): Promise<Outputs> {
  const { layer, weights } = vocoderOf('parity', model);
  const { shape, data } = await inputOf(golden, 'input_spectrogram', 3);
  if (shape[2] !== layer.bins)
    failInputs(`input_spectrogram is [${shape.join(', ')}]; its frames must have ${layer.bins} bins`);
  if (!isWanted('waveform')) return new Map();
  const samples = tidy(() => layer(weights, { frames: tensor(Float32Array.from(data), shape) }));
  try {
    return new Map([['waveform', await numbersOf(samples)]]);
  } finally {
    samples.dispose();
  }
}

/** The `envelopes` of a source and filters, of frames that are standardized. */
export async function sourceFilterOutputs(model: Model, golden: Golden, isWanted: OutputFilter): Promise<Outputs> {
  const { layer, weights } = sourceFilterOf('parity', model);
  const { shape, data } = await inputOf(golden, 'input_frames', 3);
  if (shape[2] !== layer.bins)
    failInputs(`input_frames is [${shape.join(', ')}]; its frames must have ${layer.bins} bins`);
  if (!isWanted('envelopes')) return new Map();
  const envelopes = tidy(() => layer(weights, tensor(Float32Array.from(data), shape)));
  try {
    return new Map([['envelopes', await numbersOf(envelopes)]]);
  } finally {
    envelopes.dispose();
  }
}

/** The outputs of a model that speaks, of one text without padding. */
export async function synthesisOutputs(model: Model, golden: Golden, isWanted: OutputFilter): Promise<Outputs> {
  const bound = synthesizerOf('parity', model);
  const rows = await golden.rows('input_ids');
  if (rows.length !== 1) failInputs(`input_ids has ${rows.length} rows; one is compared`);
  expectIds('input_ids', rows, model, bound.layer.vocab);
  const voice = await voiceOf(golden);
  const inputs = { ids: rows[0]!, voice };
  const outputs =
    bound.layer.way === 'parallel'
      ? await parallelOutputs(model, bound as BoundModel<ParallelSynthesizer>, inputs)
      : await autoregressiveOutputs(model, bound as BoundModel<AutoregressiveSynthesizer>, inputs, {
          golden,
          isWanted,
        });
  return new Map([...outputs].filter(([name]) => isWanted(name)));
}

interface Inputs {
  readonly ids: readonly number[];
  readonly voice: Voice;
}

async function voiceOf(golden: Golden): Promise<Voice> {
  const first = async (name: string) =>
    golden.shapeOf(name) ? Array.from((await golden.read(name)).data)[0] : undefined;
  const { speaker_id: byNumber } = golden.settings;
  const vector = golden.shapeOf('speaker_embeddings') ? await golden.read('speaker_embeddings') : undefined;
  return {
    speaker: (await first('speaker_ids')) ?? (typeof byNumber === 'number' ? byNumber : undefined),
    speakerEmbedding: vector && Float32Array.from(vector.data),
    language: await first('lang_ids'),
  };
}

async function parallelOutputs(
  model: Model,
  bound: BoundModel<ParallelSynthesizer>,
  { ids, voice }: Inputs,
): Promise<Outputs> {
  const { encoderDepth, depth } = model;
  const { vocoder } = bound.layer;
  const isOfLatents = model.composition.kind === 'text-to-waveform' && 'noiseScale' in model.composition;
  const sides = isOfLatents ? ['encoder'] : ['encoder', 'decoder'];
  const blocksOf = (side: string) =>
    Array.from({ length: side === 'encoder' ? encoderDepth : depth }, (_, i) => `${side}.layers.${i}`);
  const paths = sides.flatMap(side =>
    blocksOf(side).flatMap(path => [`${path}.input`, `${path}.output`, `${path}.attention.weights`]),
  );
  const recorder = record([...paths, ...(isOfLatents ? ['logDurations'] : [])]);
  const settings = { ids, voice, speed: 1, pitch: 0, seed: 0, noiseScale: 0, durationNoiseScale: 0 };
  const { frames, durations, pitch, energy } = await parallelFrames(bound, { ...settings, scope: recorder.scope });
  try {
    const outputs: Outputs = new Map();
    for (const side of sides) {
      const prefix = isOfLatents ? '' : `${side}_`;
      for (const [i, path] of blocksOf(side).entries()) {
        if (i === 0) outputs.set(`${prefix}hidden_states.0`, await numbersOf(recorder.values.get(`${path}.input`)!));
        outputs.set(`${prefix}hidden_states.${i + 1}`, await numbersOf(recorder.values.get(`${path}.output`)!));
        outputs.set(`${prefix}attentions.${i}`, await numbersOf(recorder.values.get(`${path}.attention.weights`)!));
      }
      const last = outputs.get(`${prefix}hidden_states.${blocksOf(side).length}`)!;
      if (!isOfLatents) outputs.set(`${side}_last_hidden_state`, last);
    }
    const spectrogram = await numbersOf(frames);
    outputs.set('spectrogram', isOfLatents ? transposed(spectrogram) : spectrogram);
    if (isOfLatents) {
      const { data } = await numbersOf(recorder.values.get('logDurations')!);
      outputs.set('log_duration', { shape: [1, 1, ids.length], data });
    } else {
      const counts = bound.layer.frameCounts(durations, configSpeed(model)); // before the speed of the config
      outputs.set('duration_outputs', { shape: [1, ids.length], data: counts });
      outputs.set('pitch_outputs', { shape: [1, ids.length, 1], data: pitch! });
      outputs.set('energy_outputs', { shape: [1, ids.length, 1], data: energy! });
    }
    if (vocoder) {
      const samples = tidy(() => {
        const { speakerId } = voiceTensors(voice);
        const speaker = speakerId && bound.layer.speakerVector?.(bound.weights, speakerId);
        return vocoder((bound.weights as { vocoder: never }).vocoder, { frames, speaker });
      });
      outputs.set('waveform', await numbersOf(samples));
      samples.dispose();
    }
    return outputs;
  } finally {
    frames.dispose();
    recorder.dispose();
  }
}

/** By how much the config makes durations longer. */
function configSpeed({ config }: Model): number {
  const { speaking_speed: speed = 1 } = (config.model_config ?? config) as { readonly speaking_speed?: number };
  return speed;
}

/** What the reference computes of given frames, and the spectrogram that it makes by itself. */
async function autoregressiveOutputs(
  model: Model,
  bound: BoundModel<AutoregressiveSynthesizer>,
  { ids, voice }: Inputs,
  { golden, isWanted }: { readonly golden: Golden; readonly isWanted: OutputFilter },
): Promise<Outputs> {
  const { layer, weights } = bound;
  const outputs: Outputs = new Map();
  const { encoderDepth, depth } = model;
  const blocks = Array.from({ length: depth }, (_, i) => `decoder.layers.${i}`);
  const recorder = record([
    ...Array.from({ length: encoderDepth }, (_, i) => `encoder.layers.${i}.attention.weights`),
    ...blocks.flatMap(path => [`${path}.attention.weights`, `${path}.crossAttention.weights`, `${path}.output`]),
    'prenetOutput',
  ]);
  const previous = await inputOf(golden, 'decoder_input_values', 3);
  const taught = tidy(() => {
    const memory = layer.encode(weights, tensor([...ids], [1, ids.length], 'int32'), recorder.scope);
    const x = tensor(Float32Array.from(previous.data), previous.shape);
    const step = layer.step(weights, { previous: x, memory, ...voiceTensors(voice) }, recorder.scope);
    return { memory, stop: step.stop, refined: layer.postnet(weights, step.frames) };
  });
  try {
    const valueAt = (path: string) => numbersOf(recorder.values.get(path)!);
    outputs.set('encoder_last_hidden_state', await numbersOf(taught.memory));
    outputs.set('spectrogram_teacher', await numbersOf(taught.refined));
    const stop = await numbersOf(taught.stop);
    outputs.set('stop_logits', { shape: [1, previous.shape[1]!, layer.perStep], data: stop.data });
    outputs.set('decoder_hidden_states.0', await valueAt('prenetOutput'));
    for (let i = 0; i < encoderDepth; i++)
      outputs.set(`encoder_attentions.${i}`, await valueAt(`encoder.layers.${i}.attention.weights`));
    for (const [i, path] of blocks.entries()) {
      outputs.set(`decoder_hidden_states.${i + 1}`, await valueAt(`${path}.output`));
      outputs.set(`decoder_attentions.${i}`, await valueAt(`${path}.attention.weights`));
      outputs.set(`cross_attentions.${i}`, await valueAt(`${path}.crossAttention.weights`));
    }
  } finally {
    dispose(taught);
    recorder.dispose();
  }
  if (isWanted('spectrogram')) outputs.set('spectrogram', await spokenFrames(model, bound, { ids, voice }, golden));
  return outputs;
}

/** The frames that the model makes by itself, after the postnet: [frames, bins]. */
async function spokenFrames(
  { depth }: Model,
  bound: BoundModel<AutoregressiveSynthesizer>,
  inputs: Inputs,
  golden: Golden,
): Promise<Numbers> {
  const { generate_speech: settings = {} } = golden.settings as {
    readonly generate_speech?: Readonly<Record<string, number>>;
  };
  const { threshold = 0.5, minlenratio: minLengthRatio = 0, maxlenratio: maxLengthRatio = 20 } = settings;
  const ratios = { threshold, minLengthRatio, maxLengthRatio, seed: 0, yieldTurn: async () => {} };
  const made: number[] = [];
  for await (const { frames } of speakSteps(bound, depth, { ...inputs, ...ratios })) made.push(...frames);
  const shape = [made.length / bound.layer.bins, bound.layer.bins];
  const refined = tidy(() => bound.layer.postnet(bound.weights, tensor(made, [1, ...shape])));
  try {
    return { shape, data: (await refined.data()) as Float32Array };
  } finally {
    refined.dispose();
  }
}

/** An input of the reference with so many axes. */
async function inputOf(golden: Golden, name: string, axes: number): Promise<Numbers> {
  if (!golden.shapeOf(name)) failInputs(`golden.safetensors has no ${name}; it holds ${golden.names.join(', ')}`);
  const input = await golden.read(name);
  if (input.shape.length !== axes || input.shape.includes(0))
    failInputs(`${name} is [${input.shape.join(', ')}]; ${axes} axes of one or more would fit`);
  return input;
}

/** [1, length, width] as [1, width, length]. */
function transposed({ shape, data }: Numbers): Numbers {
  const [, length, width] = shape as [number, number, number];
  const values = Float32Array.from(
    { length: data.length },
    (_, i) => data[(i % length) * width + Math.floor(i / length)]!,
  );
  return { shape: [1, width, length], data: values };
}
