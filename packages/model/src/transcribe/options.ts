import { expectInteger, expectValue } from '@residual/base';
import { expectCacheForm, expectOptions, type OptionNames, ResidualError } from '@residual/tensor';
import { expectSignal } from '../arguments.js';
import { type GenerateOptions, type GenerationConfig, settingsOf } from '../generate/options.js';
import type { LoadedModel } from '../loaded-model.js';
import { speechModelOf } from '../model-kind.js';
import type { WindowSettings } from './decode-windows.js';
import { type InitialTokens, initialTokens } from './initial-tokens.js';
import { speechTokens } from './speech-tokens.js';

/** The options of `transcribe`; options left out follow `generation_config.json`. */
export interface TranscribeOptions
  extends Pick<
    GenerateOptions,
    | 'repetitionPenalty'
    | 'noRepeatNgramSize'
    | 'suppressTokens'
    | 'beginSuppressTokens'
    | 'processors'
    | 'maxNewTokens'
    | 'topLogprobs'
    | 'seed'
    | 'cache'
    | 'signal'
  > {
  /** The language of the speech, as a code (`de`) or an English name; detected if absent. For models of several. */
  readonly language?: string | undefined;
  /** `transcribe` writes what is said, `translate` says it in English. For models of several languages. */
  readonly task?: 'transcribe' | 'translate' | undefined;
  /**
   * `none`, the default: the text alone. `segment`: the model also writes when each part is said. `word`: when each
   * word is said, too. A recording that is longer than a window always has segments.
   */
  readonly timestamps?: 'none' | 'segment' | 'word' | undefined;
  /** Whether each word says where the model looked when it wrote it; default false. Needs `timestamps: 'word'`. */
  readonly attention?: boolean | undefined;
  /** A text that comes before, for names and style; or its tokens. */
  readonly prompt?: string | readonly number[] | undefined;
  /** Whether the prompt stays before every window beside the text so far, or is a first segment of that. */
  readonly promptConditionType?: 'first-segment' | 'all-segments' | undefined;
  /** Whether each window is conditioned on the text of those before it; default false. */
  readonly conditionOnPrevTokens?: boolean | undefined;
  /**
   * The temperature, or several: each next one is tried if the thresholds refuse the text of the one before. Default 0,
   * 0.2, 0.4, 0.6, 0.8, 1, where a recording of one window is drawn again only if its text repeats itself: one that is
   * unlikely stays as it is, the same in each run.
   */
  readonly temperature?: number | readonly number[] | undefined;
  /** Texts that compress better are refused; null for none. Default 1.35. */
  readonly compressionRatioThreshold?: number | null | undefined;
  /** Texts with a lower mean log-probability are refused; null for none. Default -1. */
  readonly logprobThreshold?: number | null | undefined;
  /**
   * Windows that are refused by `logprobThreshold` and have a higher probability of no speech are skipped; null for
   * none. Default 0.6.
   */
  readonly noSpeechThreshold?: number | null | undefined;
  /** Whether windows without any sound are skipped; default true. The reference decodes them too. */
  readonly skipSilence?: boolean | undefined;
  /** How many beams the search at temperature 0 keeps; 1, the default, is greedy. */
  readonly numBeams?: number | undefined;
  /** As in `beamSearch`. */
  readonly lengthPenalty?: number | undefined;
  /** How many recordings are decoded at once; default 4. */
  readonly batch?: number | undefined;
}

/** The names of the options of `transcribe`. */
export const transcribeNames: OptionNames<TranscribeOptions> = {
  language: 0,
  task: 0,
  timestamps: 0,
  attention: 0,
  prompt: 0,
  promptConditionType: 0,
  conditionOnPrevTokens: 0,
  temperature: 0,
  compressionRatioThreshold: 0,
  logprobThreshold: 0,
  noSpeechThreshold: 0,
  skipSilence: 0,
  numBeams: 0,
  lengthPenalty: 0,
  batch: 0,
  repetitionPenalty: 0,
  noRepeatNgramSize: 0,
  suppressTokens: 0,
  beginSuppressTokens: 0,
  processors: 0,
  maxNewTokens: 0,
  topLogprobs: 0,
  seed: 0,
  cache: 0,
  signal: 0,
};

/** What the thresholds are compared with; null for none. */
export interface Thresholds {
  readonly compressionRatio: number | null;
  readonly logprob: number | null;
  readonly noSpeech: number | null;
}

/** The options, checked and with defaults. */
export interface TranscribeSettings extends Omit<WindowSettings, 'timestamps'> {
  readonly timestamps: 'none' | 'segment' | 'word';
  /** Whether words have their attention. */
  readonly attention: boolean;
  /** The tokens at the start of a window, with and without times. */
  readonly initial: (timestamps: boolean) => InitialTokens;
  /** The tokens of the prompt, without the one before it. */
  readonly prompt: readonly number[] | undefined;
  readonly isPromptForAllWindows: boolean;
  readonly conditionOnPrevTokens: boolean;
  readonly temperatures: readonly number[];
  /** Whether an unlikely text stays where it is that of the whole recording. */
  readonly keepsUnlikely: boolean;
  readonly thresholds: Thresholds;
  readonly skipSilence: boolean;
  readonly batch: number;
  /** The width of the median that smooths attention before words get their times. */
  readonly medianFilterWidth: number;
}

/** Checks the options and fills in defaults. Errors for a value out of range and for what the model cannot do. */
export function transcribeSettings(model: LoadedModel, options: TranscribeOptions): TranscribeSettings {
  expectOptions('transcribe', options, transcribeNames);
  const { composition } = speechModelOf('transcribe', model);
  const { generationConfig, maxPositions, vocab, parts } = model;
  const { depth, heads } = composition;
  const tokens = speechTokens(model.decoderStartTokenId, generationConfig, parts.config, { vocab, depth, heads });
  const writesTimes = tokens.noTimestamps !== undefined;
  const { timestamps = 'none', attention = false, language, task } = options;
  const { skipSilence = true, batch = 4, signal, cache } = options;
  const { conditionOnPrevTokens = generationConfig.condition_on_prev_tokens === true } = options;
  const { promptConditionType = 'first-segment', lengthPenalty } = options;
  expectValue(
    ['none', 'segment', 'word'].includes(timestamps),
    caller,
    'timestamps',
    timestamps,
    'none, segment or word',
  );
  for (const [name, value] of Object.entries({ language, task }))
    expectValue(value === undefined || typeof value === 'string', caller, name, value, 'a text');
  expectFlag('skipSilence', skipSilence);
  expectFlag('attention', attention);
  if (attention && timestamps !== 'word') refuse("attention is that of words; it needs timestamps: 'word'");
  expectFlag('conditionOnPrevTokens', conditionOnPrevTokens);
  const isForAll = promptConditionType === 'all-segments';
  const expected = conditionOnPrevTokens
    ? 'first-segment or all-segments'
    : 'first-segment without conditionOnPrevTokens';
  const fits = promptConditionType === 'first-segment' || (isForAll && conditionOnPrevTokens);
  expectValue(fits, caller, 'promptConditionType', promptConditionType, expected);
  expectInteger(caller, 'batch', batch, { min: 1 });
  expectSignal(caller, signal);
  if (cache !== undefined) expectCacheForm(caller, cache);
  if (timestamps === 'word' && !tokens.alignmentHeads)
    refuse('the generation_config.json names no alignment_heads, by which words get their times');
  const numBeams = options.numBeams ?? countOf(generationConfig, 'num_beams') ?? 1;
  expectInteger(caller, 'numBeams', numBeams, { min: 1 });
  if (numBeams === 1 && lengthPenalty !== undefined) refuse('lengthPenalty does nothing with 1 beam; leave it out');
  const { topLogprobs = 0, maxNewTokens = countOf(generationConfig, 'max_new_tokens'), seed = newSeed() } = options;
  expectInteger(caller, 'topLogprobs', topLogprobs);
  expectInteger(caller, 'seed', seed, { max: 2 ** 32 - 1 });
  if (maxNewTokens !== undefined) expectInteger(caller, 'maxNewTokens', maxNewTokens);
  const initial = (times: boolean) => initialTokens(tokens, { language, task, timestamps: times });
  initial(timestamps !== 'none'); // an error before anything runs
  return {
    tokens,
    timestamps,
    attention,
    initial,
    prompt: promptTokens(model, options.prompt, tokens.previousText),
    isPromptForAllWindows: isForAll,
    conditionOnPrevTokens,
    temperatures: temperaturesOf(options.temperature ?? (writesTimes ? defaultTemperatures : 0)),
    keepsUnlikely: options.temperature === undefined,
    thresholds: thresholdsOf(options, generationConfig, writesTimes),
    skipSilence,
    batch,
    numBeams,
    lengthPenalty,
    topLogprobs,
    seed,
    maxNewTokens,
    maxLength: Math.min(countOf(generationConfig, 'max_length') ?? maxPositions, maxPositions),
    cache,
    signal,
    processors: processorsOf(model, options),
    medianFilterWidth: oddCount(parts.config.median_filter_width),
  };
}

const caller = 'transcribe';
const defaultTemperatures: readonly number[] = [0, 0.2, 0.4, 0.6, 0.8, 1];

/** The processors that the checkpoint and the caller ask for. */
function processorsOf(model: LoadedModel, options: TranscribeOptions): WindowSettings['processors'] {
  const { repetitionPenalty, noRepeatNgramSize, suppressTokens, beginSuppressTokens, processors } = options;
  const own = { repetitionPenalty, noRepeatNgramSize, suppressTokens, beginSuppressTokens, processors, temperature: 0 };
  const config = { ...model.generationConfig, num_beams: undefined, num_return_sequences: undefined };
  const {
    temperature: _temperature,
    stopStrings,
    ...settings
  } = settingsOf(own as GenerateOptions, config, model.eosTokenIds);
  if (stopStrings) refuse('stop_strings of generation_config.json are not supported');
  return settings as WindowSettings['processors'];
}

/** The tokens of a prompt, without the token before it. Errors if the model takes none. */
function promptTokens(
  { tokenizer }: LoadedModel,
  prompt: TranscribeOptions['prompt'],
  previousText: number | undefined,
): readonly number[] | undefined {
  if (prompt === undefined) return undefined;
  if (previousText === undefined) refuse('this model takes no prompt; its configs name no token before a text');
  if (typeof prompt !== 'string') {
    const isIds = Array.isArray(prompt) && prompt.every(id => Number.isInteger(id));
    expectValue(isIds, caller, 'prompt', prompt, 'a text or a list of token ids');
    return prompt[0] === previousText ? prompt.slice(1) : prompt;
  }
  if (!tokenizer) refuse('this model has no tokenizer; give the tokens of the prompt');
  const { ids } = tokenizer.encode(` ${prompt.trim()}`, { addSpecialTokens: false });
  const special = ids.find(id => tokenizer.isSpecial(id));
  if (special !== undefined) refuse(`the prompt holds the special token ${tokenizer.idToToken(special)}`);
  return ids;
}

function temperaturesOf(value: number | readonly number[]): readonly number[] {
  const list = [value].flat() as readonly number[];
  const areNumbers = list.length > 0 && list.every(each => Number.isFinite(each) && each >= 0);
  expectValue(areNumbers, caller, 'temperature', value, 'a number, 0 or more, or a list of them');
  return list;
}

function thresholdsOf(options: TranscribeOptions, config: GenerationConfig, hasDefaults: boolean): Thresholds {
  const of = (option: keyof TranscribeOptions, field: string, standard: number): number | null => {
    const value = options[option] === undefined ? (config[field] ?? (hasDefaults ? standard : null)) : options[option];
    expectValue(value === null || Number.isFinite(value), caller, option, value, 'a number, or null');
    return value as number | null;
  };
  const compressionRatio = of('compressionRatioThreshold', 'compression_ratio_threshold', 1.35);
  const logprob = of('logprobThreshold', 'logprob_threshold', -1);
  const noSpeech = of('noSpeechThreshold', 'no_speech_threshold', 0.6);
  if (logprob !== null || noSpeech === null) return { compressionRatio, logprob, noSpeech };
  if (options.noSpeechThreshold != null) refuse('noSpeechThreshold does nothing without logprobThreshold; give both');
  return { compressionRatio, logprob, noSpeech: null };
}

/** A whole number of a config, 1 or more; undefined if it is not set. */
function countOf(config: GenerationConfig, name: string): number | undefined {
  const value = config[name] ?? undefined;
  if (value !== undefined) expectInteger(caller, `${name} of generation_config.json`, value, { min: 1 });
  return value as number | undefined;
}

/** The width of a median filter; 7 if the config names none. */
function oddCount(value: unknown): number {
  const width = value ?? 7;
  const isOdd = Number.isInteger(width) && (width as number) % 2 === 1 && (width as number) > 0;
  expectValue(isOdd, caller, 'median_filter_width of config.json', width, 'an odd number');
  return width as number;
}

const newSeed = () => crypto.getRandomValues(new Uint32Array(1))[0]!;

function expectFlag(name: string, value: unknown): void {
  expectValue(typeof value === 'boolean', caller, name, value, 'true or false');
}

function refuse(what: string): never {
  throw new ResidualError('option', `${caller}: ${what}`);
}
