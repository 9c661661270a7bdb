import { type Config, type StoredArrays, safetensorsArrays } from '@residual/families';
import type { Gguf } from '@residual/gguf';
import { openSafetensors, openSharded, type Safetensors, type Source } from '@residual/safetensors';
import { ResidualError } from '@residual/tensor';
import type { Tokenizer } from '@residual/tokenizer';
import { chatTemplateFolder } from '../chat/template-names.js';
import type { GenerationConfig } from '../generate/options.js';
import type { SentenceSettings } from '../vectors/sentence-settings.js';
import { checkpointTokenizer } from './checkpoint-tokenizer.js';
import { type UnquantizedConfig, withoutQuantization } from './quantization-config.js';
import type { ModelFiles, OnBytes } from './sources/files.js';
import type { WeightForms } from './weight-forms.js';

/** What `loadModel` reads of a checkpoint beside its config, whatever the format of its files. */
export interface Checkpoint {
  /** The tokenizer; undefined if the checkpoint has none. */
  readonly tokenizer: Tokenizer | undefined;
  /** The files that the tokenizer was made from if there is no `tokenizer.json`, by name. */
  readonly tokenizerFiles: ReadonlyMap<string, Uint8Array>;
  readonly generationConfig: GenerationConfig;
  /** The texts of the other files by name: `config.json` at least. They are saved again with the model. */
  readonly texts: Record<string, string>;
  /** How texts are embedded, where the files say it; absent for GGUF files. */
  readonly sentenceSettings?: (() => SentenceSettings | undefined) | undefined;
  /** How the matrices are held if nothing else is asked for. */
  readonly defaultWeights: WeightForms;
  /** The types of the file that are rounded to `int8` if nothing else is asked for; undefined if there are none. */
  readonly converted?: readonly string[] | undefined;
  /** The tokenizer as the metadata of a GGUF file has it; undefined for other files. */
  readonly tokenizerMetadata?: Gguf['metadata'] | undefined;
  /** Opens the weights; called again when a backend has lost them. Nothing but headers is read. */
  readonly openArrays: (signal: AbortSignal | undefined, onBytes: OnBytes) => Promise<StoredArrays>;
}

/** Reads the small files of a checkpoint of safetensors files. */
export async function openCheckpoint(
  files: ModelFiles,
  { config, form }: UnquantizedConfig,
  signal: AbortSignal | undefined,
): Promise<Checkpoint> {
  const more = [...(mayReadImages(config) ? imageFiles : []), ...(maySpeak(config) ? symbolFiles : [])];
  const texts = await readTexts(files, [...textFiles, ...more], signal);
  Object.assign(texts, await readChatTemplates(files, signal));
  const sentenceSettings = mayEmbedSentences(config) ? await readSentenceSettings(files, texts, signal) : undefined;
  const { tokenizer, tokenizerFiles } = await checkpointTokenizer(files, texts, {
    modelType: config.model_type,
    config: parse(files, 'tokenizer_config.json', texts['tokenizer_config.json']),
    specialTokensMap: parse(files, 'special_tokens_map.json', texts['special_tokens_map.json']),
    signal,
  });
  return {
    tokenizer,
    tokenizerFiles,
    generationConfig: parse(files, 'generation_config.json', texts['generation_config.json']) ?? {},
    texts,
    sentenceSettings,
    defaultWeights: form ? 'as stored' : 'f32',
    openArrays: (signal, onBytes) => openArrays(files, signal, onBytes),
  };
}

/** Opens the weights of a checkpoint of safetensors files: reads their headers. */
export async function openArrays(
  files: ModelFiles,
  signal: AbortSignal | undefined,
  onBytes: OnBytes,
): Promise<StoredArrays> {
  return safetensorsArrays(await openSafetensorsOf(files, signal, onBytes));
}

/**
 * The parsed `config.json`, without the `quantization_config` of this library, and the form that this names. Throws if
 * it is missing or invalid.
 */
export async function readConfig(files: ModelFiles, signal: AbortSignal | undefined): Promise<UnquantizedConfig> {
  const config = parse(files, 'config.json', await files.text('config.json', { signal }));
  if (config) return withoutQuantization(config);
  throw new ResidualError('files', `loadModel: ${files.origin} has no config.json`);
}

/** The text files of a checkpoint that are read, and saved again. */
const textFiles = [
  'config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'chat_template.jinja',
  'generation_config.json',
  'preprocessor_config.json',
];

/** The chat templates beside the default one, by the paths of their files, where the source lists its files. */
export async function readChatTemplates(
  files: ModelFiles,
  signal: AbortSignal | undefined,
): Promise<Record<string, string>> {
  const names = (await files.list?.(chatTemplateFolder, { signal })) ?? [];
  const paths = names.filter(name => name.endsWith('.jinja')).map(name => `${chatTemplateFolder}/${name}`);
  return readTexts(files, paths, signal);
}

/** Those of models that read pictures. */
const imageFiles = ['processor_config.json'];

/** Those of models that speak: the ids of characters or phones, and the names of what a voice has beside the model. */
const symbolFiles = ['vocab.json', 'voice.json'];

/** Whether a checkpoint may be one that speaks and has no tokenizer. */
function maySpeak(config: Config): boolean {
  return ['speaking_rate', 'speaking_speed', 'vocoder_config'].some(name => name in config);
}

/** Whether a checkpoint may read pictures. */
function mayReadImages(config: Config): boolean {
  return ['vision_config', 'image_size', 'patch_size'].some(name => name in config);
}

/** The texts of those of these files that exist, by name. */
export async function readTexts(
  files: ModelFiles,
  names: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Record<string, string>> {
  const texts = await Promise.all(names.map(async name => [name, await files.text(name, { signal })] as const));
  return Object.fromEntries(texts.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** Whether a checkpoint may be a sentence embedder: one without a head. */
function mayEmbedSentences({ architectures }: Config): boolean {
  return Array.isArray(architectures) && architectures.some(name => typeof name === 'string' && name.endsWith('Model'));
}

/**
 * Adds the texts of the files of a sentence embedder to those of a checkpoint. Returns its settings, which are read
 * when they are asked for, so that a model with unknown ones can be used for other things; undefined if it is none.
 */
async function readSentenceSettings(
  files: ModelFiles,
  texts: Record<string, string>,
  signal: AbortSignal | undefined,
): Promise<(() => SentenceSettings | undefined) | undefined> {
  const modules = await files.text('modules.json', { signal });
  if (modules === undefined) return undefined;
  const { poolingFile, sentenceFiles, sentenceSettings } = await import('../vectors/sentence-settings.js');
  const pooling = poolingFile(parseJson(files, 'modules.json', modules));
  const names = [...sentenceFiles.slice(1), ...(pooling === undefined ? [] : [pooling])];
  texts['modules.json'] = modules;
  for (const name of names) {
    const text = texts[name] ?? (await files.text(name, { signal }));
    if (text !== undefined) texts[name] = text;
  }
  const own = ['modules.json', ...names].filter(name => texts[name] !== undefined);
  return () => sentenceSettings(Object.fromEntries(own.map(name => [name, parseJson(files, name, texts[name]!)])));
}

/** Parses a JSON file. Throws if it is not JSON. */
function parseJson(files: ModelFiles, name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ResidualError('files', `loadModel: ${name} of ${files.origin} is not JSON: ${(cause as Error).message}`, {
      cause,
    });
  }
}

/** Parses a JSON file; undefined without a text. Throws if it is not an object. */
function parse(files: ModelFiles, name: string, text: string | undefined): Config | undefined {
  if (text === undefined) return undefined;
  const value = parseJson(files, name, text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Config;
  throw new ResidualError('files', `loadModel: ${name} of ${files.origin} is not an object`);
}

/** Opens `model.safetensors`, or the shards of its index. */
async function openSafetensorsOf(
  files: ModelFiles,
  signal: AbortSignal | undefined,
  onBytes: OnBytes,
): Promise<Safetensors> {
  const whole = await files.bytes('model.safetensors', { signal, onBytes });
  if (whole) return openWhole(files, whole, signal);
  const index = await files.text('model.safetensors.index.json', { signal });
  if (index === undefined) {
    throw new ResidualError(
      'files',
      `loadModel: ${files.origin} has neither model.safetensors nor model.safetensors.index.json; ` +
        'other weight formats are not read',
    );
  }
  return openSharded(
    index,
    async name => {
      const shard = await files.bytes(name, { signal, onBytes });
      if (!shard) throw new ResidualError('files', `loadModel: ${files.origin} has no ${name}, which its index names`);
      return shard;
    },
    { signal },
  );
}

/** Opens the only file of the weights. Errors of its format name it. */
async function openWhole(files: ModelFiles, source: Source, signal: AbortSignal | undefined): Promise<Safetensors> {
  try {
    return await openSafetensors(source, { signal });
  } catch (cause) {
    if (!ResidualError.is(cause) || cause.code !== 'format') throw cause;
    const message = `loadModel: model.safetensors of ${files.origin}: ${cause.message}`;
    throw new ResidualError('format', message, { cause });
  }
}
