import { emptyScope } from '@residual/layers';
import { type CtcToken, ctcGreedy } from '@residual/sampling';
import { expectOptions, ResidualError, tensor, tidy } from '@residual/tensor';
import { expectSignal } from '../arguments.js';
import type { LoadedModel } from '../loaded-model.js';
import { audioModelOf } from '../model-kind.js';
import { type AudioInput, isFeatures, samplesOf } from '../sounds/samples-of.js';
import { soundFeatures } from '../sounds/sound-features.js';
import type { TranscribeOptions } from './options.js';
import type { TranscribedWord, Transcription, TranscriptionStep } from './transcription.js';

/**
 * Transcribes recordings by a model of CTC, one after the other and each as a whole: the most likely token of each
 * position, repeats as one. Yields a step when a recording is done.
 */
export async function* transcribeByCtc(
  model: LoadedModel,
  inputs: readonly AudioInput[],
  options: TranscribeOptions,
): AsyncGenerator<TranscriptionStep, Transcription[]> {
  expectOptions<Pick<TranscribeOptions, 'timestamps' | 'signal'>>('transcribe', options, { timestamps: 0, signal: 0 });
  const { timestamps = 'none', signal } = options;
  expectSignal('transcribe', signal);
  const reader = await recordingReader(model);
  const characters = charactersOf(model);
  const transcriptions: Transcription[] = [];
  for (const [recording, input] of inputs.entries()) {
    signal?.throwIfAborted();
    if (isFeatures(input))
      throw new ResidualError('prompt', `transcribe: recording ${recording} is features; the model reads samples`);
    const samples = await samplesOf('transcribe', input, reader.sampleRate, recording);
    const duration = samples.length / reader.sampleRate;
    const { tokens, positions } = await tokensOf(model, reader.prepare(samples));
    signal?.throwIfAborted();
    const secondsOf = (position: number) => (positions === 0 ? 0 : (position * duration) / positions);
    const words = wordsOf(tokens, characters, secondsOf);
    const text = textOf(tokens, characters);
    const ids = tokens.map(({ id }) => id);
    const withWords = timestamps === 'word' ? { words } : {};
    const segments = text === '' ? [] : [{ start: 0, end: duration, text, tokens: ids, window: 0, ...withWords }];
    const transcription = { text, duration, tokens: ids, segments, ...withWords, windows: [], seed: 0 };
    transcriptions.push(transcription);
    yield { kind: 'recording', recording, text, transcription };
  }
  return transcriptions;
}

/** How samples become the input of the model, as `preprocessor_config.json` says. */
async function recordingReader(model: LoadedModel) {
  const features = await soundFeatures(model, 'Wav2Vec2FeatureExtractor');
  if (features.kind !== 'waveform')
    throw new ResidualError('prompt', `transcribe: the model reads samples, the files describe ${features.kind}`);
  const { sampleRate, extract } = features;
  return { sampleRate, prepare: (samples: Float32Array) => (samples.length === 0 ? samples : extract(samples).values) };
}

/** The tokens of a recording, and how many positions it has; none if it is shorter than one. */
async function tokensOf(model: LoadedModel, samples: Float32Array) {
  const { layer, weights, composition } = audioModelOf('transcribe', model, ['ctc']);
  const positions = composition.positionsOf!(samples.length);
  if (positions === 0) return { tokens: [], positions };
  const logits = tidy(() => layer(weights, tensor(samples, [1, samples.length, 1]), emptyScope));
  try {
    const values = (await logits.data()) as Float32Array;
    const pad = model.parts.config.pad_token_id;
    const blank = typeof pad === 'number' ? pad : 0;
    return { tokens: ctcGreedy(values, layer.vocab, { blank }), positions };
  } finally {
    logits.dispose();
  }
}

/** The characters of the tokens by id, and what is between words. */
interface Characters {
  readonly byId: ReadonlyMap<number, string>;
  readonly delimiter: string;
  readonly isLowerCase: boolean;
}

/** The characters of the checkpoint: `vocab.json`, and the delimiter of words that `tokenizer_config.json` names. */
function charactersOf({ parts }: LoadedModel): Characters {
  const bytes = parts.tokenizerFiles?.get('vocab.json');
  if (!bytes) throw new ResidualError('tokenizer', 'transcribe: the checkpoint has no vocab.json with its characters');
  const vocab: unknown = JSON.parse(new TextDecoder().decode(bytes));
  const entries = Object.entries(vocab as Readonly<Record<string, unknown>>);
  const isVocab = typeof vocab === 'object' && vocab !== null && entries.every(([, id]) => Number.isInteger(id));
  if (!isVocab) throw new ResidualError('tokenizer', 'transcribe: vocab.json does not have an id for each character');
  const config = JSON.parse(parts.texts['tokenizer_config.json'] ?? '{}') as Readonly<Record<string, unknown>>;
  const { word_delimiter_token: delimiter = '|', do_lower_case: isLowerCase = false } = config;
  return {
    byId: new Map(entries.map(([text, id]) => [id as number, text])),
    delimiter: typeof delimiter === 'string' ? delimiter : '|',
    isLowerCase: isLowerCase === true,
  };
}

/** The text of tokens: spaces for delimiters, none at either end. */
function textOf(tokens: readonly CtcToken[], { byId, delimiter, isLowerCase }: Characters): string {
  const text = tokens.map(({ id }) => (byId.get(id) === delimiter ? ' ' : (byId.get(id) ?? ''))).join('');
  return (isLowerCase ? text.toLowerCase() : text).trim();
}

/** The words between delimiters, with the times of their first and last positions. */
function wordsOf(
  tokens: readonly CtcToken[],
  characters: Characters,
  secondsOf: (position: number) => number,
): TranscribedWord[] {
  const words: CtcToken[][] = [[]];
  for (const token of tokens)
    if (characters.byId.get(token.id) === characters.delimiter) words.push([]);
    else words.at(-1)!.push(token);
  return words
    .filter(word => word.length > 0)
    .map(word => ({
      text: textOf(word, characters),
      start: secondsOf(word[0]!.start),
      end: secondsOf(word.at(-1)!.end),
      tokens: word.map(({ id }) => id),
      probability: word.reduce((sum, { logprob }) => sum + Math.exp(logprob), 0) / word.length,
    }));
}
