import type { AutoregressiveSynthesizer, ParallelSynthesizer } from '@residual/families';
import { joined } from '@residual/layers';
import { ResidualError, sliceAxis, tensor, tidy } from '@residual/tensor';
import type { LoadedModel } from '../loaded-model.js';
import { type BoundModel, type BoundSynthesizer, sourceFilterOf, synthesizerOf, vocoderOf } from '../model-kind.js';
import { modelStates } from '../model-states.js';
import { speakSteps } from './autoregressive.js';
import { type BoundVoice, piecesOfFrames, samplesOfParts, type WholeVoice } from './frame-windows.js';
import { type SpeakOptions, type SpeakSettings, speakSettings } from './options.js';
import { parallelFrames } from './parallel.js';
import { expectProsody, expectSentences, type SentenceProsody, sentenceProsody } from './prosody.js';
import { type ReadSentence, readSpeech, type SpeechInput } from './read-text.js';
import { sourceVoice } from './source-voice.js';
import type { Speech, SpeechPiece, SpokenSentence, SpokenToken } from './speech.js';
import type { ReadToken } from './symbols.js';
import { voiceTensors } from './voice.js';

/** A piece of a sentence before it is placed in the speech. */
type SentencePiece = Pick<SpeechPiece, 'samples' | 'isLast' | 'attention'> & {
  /** When each token is said, in seconds from the beginning of the sentence. */
  readonly tokens?: readonly TimedToken[];
};

/** When a token is said, in seconds from the beginning of its sentence, and how. */
type TimedToken = Pick<SpokenToken, 'start' | 'end' | 'pitch' | 'energy'>;

/**
 * Speaks a text sentence by sentence, each in pieces whose samples joined are those of the whole. Throws for a model
 * that does not speak, without a vocoder where it needs one, and for a text that it cannot read.
 */
export async function* speakText(
  model: LoadedModel,
  input: SpeechInput,
  options: SpeakOptions,
): AsyncGenerator<SpeechPiece, Speech> {
  const bound = synthesizerOf('speak', model);
  const settings = speakSettings(bound, options);
  expectSpeaker(bound, settings);
  const { sentences, skipped } = await readSpeech(model, input, settings);
  const { voice, sampleRate } = voiceOf(bound, settings, options.vocoder ?? model.parts.voice?.vocoder);
  const { samplesPerFrame } = voice.layer;
  const framesPerSecond = samplesPerFrame && sampleRate / samplesPerFrame;
  try {
    expectProsody(bound, options, framesPerSecond);
    const speak = bound.layer.way === 'parallel' ? speakAtOnce : speakStepByStep;
    const [samples, spoken]: [Float32Array[], SpokenSentence[]] = [[], []];
    let [made, sentence] = [0, 0];
    for await (const read of sentences) {
      const begin = made / sampleRate;
      await model.yieldTurn(settings.signal);
      const prosody = sentenceProsody(options, sentence, read, framesPerSecond);
      const inputs = { read, voice, sampleRate, settings, prosody };
      for await (const { tokens, ...piece } of speak(model, bound as never, inputs)) {
        const start = made / sampleRate;
        samples.push(piece.samples);
        made += piece.samples.length;
        const said = tokens && spokenSentence(read, tokens, begin);
        if (said) spoken.push(said);
        yield { ...piece, sampleRate, start, sentence, ...(said && { spoken: said }) };
        await model.yieldTurn(settings.signal);
      }
      sentence++;
    }
    expectSentences(options, sentence);
    return { samples: joined(Float32Array, samples), sampleRate, sentences: spoken, skipped, seed: settings.seed };
  } finally {
    if ('speaker' in voice) voice.speaker?.dispose();
  }
}

/** What both ways to speak a sentence get. */
interface SentenceInputs {
  readonly read: ReadSentence;
  readonly voice: BoundVoice | WholeVoice;
  readonly sampleRate: number;
  readonly settings: SpeakSettings;
  readonly prosody: SentenceProsody;
}

/** The vocoder inside the model, or that of the options. */
function voiceOf(
  bound: BoundSynthesizer,
  { voice, seed }: SpeakSettings,
  vocoder: SpeakOptions['vocoder'],
): { readonly voice: BoundVoice | WholeVoice; readonly sampleRate: number } {
  const { layer, weights, composition } = bound;
  const own = layer.way === 'parallel' ? layer.vocoder : undefined;
  if (own && vocoder !== undefined)
    throw new ResidualError('option', 'speak: this model makes samples itself; vocoder must be absent');
  if (own) {
    const { speakerVector } = layer as ParallelSynthesizer;
    const { speakerId } = voiceTensors({ speaker: voice.speaker });
    const speaker = speakerId && speakerVector?.(weights, speakerId);
    speakerId?.dispose();
    const sampleRate = composition.sampleRate!;
    return { voice: { layer: own, weights: (weights as { vocoder: unknown }).vocoder, speaker }, sampleRate };
  }
  const state = vocoder && modelStates.get(vocoder);
  if (!state)
    throw new ResidualError(
      'option',
      'speak: this model makes spectrograms; it needs a vocoder, a model of this thread such as SpeechT5HifiGan',
    );
  state.check();
  const expectBins = (bins: number) => {
    if (bins === layer.bins) return;
    throw new ResidualError('option', `speak: the model makes frames of ${layer.bins} bins, its vocoder reads ${bins}`);
  };
  if (state.composition.kind !== 'source-filter') {
    const other = vocoderOf('speak: vocoder', state);
    expectBins(other.layer.bins);
    return { voice: other, sampleRate: other.composition.sampleRate };
  }
  if (layer.way !== 'parallel')
    throw new ResidualError(
      'option',
      'speak: this model makes frames step by step; a vocoder by a source and filters needs all of a sentence',
    );
  const other = sourceFilterOf('speak: vocoder', state);
  expectBins(other.layer.bins);
  const wholeSamples = sourceVoice(other, { frameScale: composition.frameScale, seed });
  const sampleRate = other.composition.sampleRate;
  return { voice: { layer: { samplesPerFrame: other.layer.hop, framesAround: 0 }, wholeSamples }, sampleRate };
}

/** Throws if the model speaks with the vector of a speaker and gets none. */
function expectSpeaker({ layer }: BoundSynthesizer, { voice }: SpeakSettings): void {
  if (layer.way !== 'autoregressive' || voice.speakerEmbedding) return;
  throw new ResidualError(
    'option',
    `speak: this model needs speakerEmbedding, the ${layer.speakerDim} numbers of a speaker, such as an x-vector`,
  );
}

/** A sentence whose durations are known before its frames are made. */
async function* speakAtOnce(
  model: LoadedModel,
  bound: BoundModel<ParallelSynthesizer>,
  { read, voice, sampleRate, settings, prosody }: SentenceInputs,
): AsyncGenerator<SentencePiece> {
  const ids = read.tokens.map(({ id }) => id);
  const { frames, counts, pitch, energy } = await parallelFrames(bound, { ...settings, ids, prosody });
  try {
    const total = frames.shape[1]!;
    const spoken = counts.reduce((sum, count) => sum + count, 0);
    const secondsOf = (samples: number) => samples / sampleRate / spoken; // of one frame of a token
    let tokens: TimedToken[] | undefined;
    const [first, others] = piecesOfFrames(voice, sampleRate);
    const samplesOf = await samplesOfParts(voice, frames);
    for (let from = 0; from < total; ) {
      const to = Math.min(total, from + (from === 0 ? first : others));
      if (from > 0) await model.yieldTurn(settings.signal);
      const samples = await samplesOf(from, to);
      const perFrame = voice.layer.samplesPerFrame ?? samples.length / total;
      tokens = from === 0 ? timesOf(counts, secondsOf(perFrame * total), { pitch, energy }) : undefined;
      yield { samples, isLast: to === total, ...(tokens && { tokens }) };
      from = to;
    }
  } finally {
    frames.dispose();
  }
}

/** When tokens of so many frames are said. */
function timesOf(
  counts: Int32Array,
  secondsPerFrame: number,
  { pitch, energy }: { readonly pitch: Float32Array | undefined; readonly energy: Float32Array | undefined },
): TimedToken[] {
  let frames = 0;
  return Array.from(counts, (count, i) => {
    const start = frames * secondsPerFrame;
    frames += count;
    return {
      start,
      end: frames * secondsPerFrame,
      ...(pitch && { pitch: pitch[i]! }),
      ...(energy && { energy: energy[i]! }),
    };
  });
}

/** A sentence whose frames are made one step after the other. */
async function* speakStepByStep(
  model: LoadedModel,
  bound: BoundModel<AutoregressiveSynthesizer>,
  { read, voice, sampleRate, settings }: SentenceInputs,
): AsyncGenerator<SentencePiece> {
  const { layer } = bound;
  const { perStep, bins, framesAround } = layer;
  const ids = read.tokens.map(({ id }) => id);
  const yieldTurn = () => model.yieldTurn(settings.signal);
  const steps: Float32Array[] = [];
  const attention: Float32Array[] = [];
  const [first, others] = piecesOfFrames(voice, sampleRate);
  const around = framesAround + voice.layer.framesAround;
  let [emitted, looked, samplesMade] = [0, 0, 0];
  /** The samples of the frames up to `ready`, from all that have been made. */
  const make = async (ready: number, isLast: boolean): Promise<SentencePiece> => {
    const made = steps.length * perStep;
    const start = Math.max(0, emitted - around);
    const refined = tidy(() => {
      const frames = tensor(joined(Float32Array, steps).subarray(start * bins), [1, made - start, bins]);
      const all = layer.postnet(bound.weights, frames);
      const [from, to] = [start === 0 ? 0 : framesAround, isLast ? made - start : made - start - framesAround];
      return sliceAxis(all, 1, from, to - from);
    });
    try {
      const begin = start === 0 ? 0 : start + framesAround;
      const samplesOf = await samplesOfParts(voice, refined);
      const samples = await samplesOf(emitted - begin, ready - begin);
      emitted = ready;
      samplesMade += samples.length;
      const rows = attention.slice(looked, (looked = Math.floor(ready / perStep)));
      if (!isLast) return { samples, isLast, attention: rows };
      const tokens = timesOfAttention(attention, samplesMade / sampleRate / steps.length, ids.length);
      return { samples, isLast, attention: rows, tokens };
    } finally {
      refined.dispose();
    }
  };
  const { depth } = model.composition;
  for await (const step of speakSteps(bound, depth, { ...settings, ids, yieldTurn })) {
    steps.push(step.frames.slice());
    attention.push(step.attention);
    const ready = steps.length * perStep - around;
    if (ready - emitted >= (emitted === 0 ? first : others)) yield await make(ready, false);
  }
  yield await make(steps.length * perStep, true);
}

/**
 * When tokens are said by where the model looked: each step says the token that it looks at most, or a later one that
 * an earlier step has reached already.
 */
function timesOfAttention(rows: readonly Float32Array[], secondsPerStep: number, count: number): TimedToken[] {
  let latest = 0;
  const reached = rows.map(row => {
    latest = Math.max(latest, row.indexOf(Math.max(...row)));
    return latest;
  });
  return Array.from({ length: count }, (_, token) => {
    const before = reached.filter(each => each < token).length;
    const within = reached.filter(each => each === token).length;
    return { start: before * secondsPerStep, end: (before + within) * secondsPerStep };
  });
}

/** A sentence with the times of its tokens and words, in seconds from the beginning of the speech. */
function spokenSentence({ text, span, tokens, words }: ReadSentence, times: readonly TimedToken[], begin: number) {
  const spoken: SpokenToken[] = tokens.map(({ word: _, ...token }, i) => {
    const time = times[i]!;
    return { ...token, ...time, start: begin + time.start, end: begin + time.end };
  });
  const isIn = ([from, to]: readonly [number, number], [start, end]: readonly [number, number]) =>
    from < to && from < end && to > start;
  return {
    text,
    span,
    start: begin,
    end: spoken.reduce((latest, { end }) => Math.max(latest, end), begin),
    tokens: spoken,
    words: words.map((word, index) => {
      const isOwn = (token: ReadToken) => (token.word ?? index) === index && isIn(token.span, word.span);
      const own = tokens.flatMap((token, i) => (isOwn(token) ? [i] : []));
      const [first, last] = [spoken[own[0] ?? -1], spoken[own.at(-1) ?? -1]];
      return { ...word, start: first?.start ?? begin, end: last?.end ?? begin, tokens: own };
    }),
  } satisfies SpokenSentence;
}
