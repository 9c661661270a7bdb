import {
  type Config,
  configFromGguf,
  configText,
  type Family,
  findGgufFamily,
  type GgufFamily,
  ggufLayout,
  interleavedHeads,
  ropeFactorsName,
} from '@residual/families';
import { canDecode, type Gguf } from '@residual/gguf';
import { ResidualError } from '@residual/tensor';
import { saveTokenizer, type Tokenizer } from '@residual/tokenizer';
import { tokenizerFromGguf } from '@residual/tokenizer/gguf';
import type { GenerationConfig } from '../../generate/options.js';
import type { Checkpoint } from '../checkpoint.js';
import { jsonText, tokenizerConfigOf } from '../new-model-files.js';
import type { ModelFiles, OnBytes } from '../sources/files.js';
import { convertedTypes, ggufArrays } from './gguf-arrays.js';
import { chatTemplateOf, openGgufFile } from './open-gguf-file.js';

/** What is needed to open a GGUF file. */
export interface GgufCheckpointOptions {
  /** Families of the caller; they take precedence. */
  readonly families: readonly Family[] | undefined;
  /** Unknown metadata that does not change the numbers. */
  readonly ignoreConfig?: readonly string[] | undefined;
  /** Whether types that no matrix holds as they are become `int8`; else loading `as stored` refuses them. */
  readonly convert: boolean;
  /** Ends the reading. */
  readonly signal?: AbortSignal | undefined;
  /** Called when bytes arrive. */
  readonly onBytes?: OnBytes | undefined;
}

/** A model in a GGUF file: its family, config, and what else `loadModel` reads of a checkpoint. */
export interface GgufCheckpoint {
  readonly family: Family;
  /** The family with the tensor names of the file. */
  readonly layout: Family;
  readonly config: Config;
  readonly checkpoint: Checkpoint;
}

/** The largest number of rotary frequencies that is read. */
const maxFrequencies = 2 ** 16;

/** Opens the model in a GGUF file, or in several, without reading weights. The file alone is enough. */
export async function openGgufCheckpoint(
  files: ModelFiles,
  name: string,
  options: GgufCheckpointOptions,
): Promise<GgufCheckpoint> {
  const { signal, onBytes, convert, ignoreConfig } = options;
  const open = (signal?: AbortSignal, onBytes?: OnBytes) => openGgufFile(files, name, signal, onBytes);
  const file = await open(signal, onBytes);
  expectDecodable(name, file);
  const family = await findGgufFamily(file.metadata, options.families);
  const config = await ggufConfig(family, file, options);
  const tokenizer = tokenizerFromGguf(file.metadata);
  const generationConfig = generationConfigOf(file, config);
  const { maxPositions } = family.compose(config, ignoreConfig ? { ignoreConfig } : {});
  const headsOf = (tensor: string) => interleavedHeads(family, config, tensor);
  let first: Gguf | undefined = file;
  return {
    family,
    layout: ggufLayout(family),
    config,
    checkpoint: {
      tokenizer,
      tokenizerFiles: new Map(),
      generationConfig,
      texts: textsOf(file, { config, tokenizer, generationConfig, maxPositions }),
      defaultWeights: 'as stored',
      tokenizerMetadata: new Map([...file.metadata].filter(([key]) => key.startsWith('tokenizer.'))),
      converted: convert ? convertedTypes(file) : undefined,
      openArrays: async (signal, onBytes) => {
        const opened = first ?? (await open(signal, onBytes));
        first = undefined;
        return ggufArrays(opened, { headsOf, convert });
      },
    },
  };
}

/** Throws if a tensor has a type whose numbers cannot be read. */
function expectDecodable(name: string, { tensors }: Gguf): void {
  const types = new Set([...tensors.values()].map(({ type }) => type).filter(type => !canDecode(type)));
  if (types.size === 0) return;
  const what = `${name} has tensors of ${[...types].sort().join(', ')}, which are not decoded`;
  throw new ResidualError('load', `loadModel: ${what}; floats, Q4_0 to Q8_0 and Q2_K to Q6_K are`);
}

/** The config in the metadata of a file. */
async function ggufConfig(
  family: GgufFamily,
  file: Gguf,
  { ignoreConfig, signal }: Pick<GgufCheckpointOptions, 'ignoreConfig' | 'signal'>,
): Promise<Config> {
  const factors = file.tensors.get(ropeFactorsName);
  if (factors && factors.shape.reduce((product, length) => product * length, 1) > maxFrequencies)
    throw new ResidualError('config', `loadModel: ${ropeFactorsName} is [${factors.shape}]; one axis would fit`);
  const ropeFactors = factors && (await file.readFloat32(ropeFactorsName, { signal }));
  return configFromGguf(family, file, { ropeFactors, ignoreConfig });
}

/** The fields of `generation_config.json` that the metadata has. A model ends at any of its end tokens. */
function generationConfigOf({ metadata }: Gguf, config: Config): GenerationConfig {
  const ids = ['eos', 'eot', 'eom'].map(name => metadata.get(`tokenizer.ggml.${name}_token_id`)?.value);
  const ends = [...new Set(ids.filter((id): id is number => typeof id === 'number' && id < Number(config.vocab_size)))];
  const fields = {
    bos_token_id: config.bos_token_id,
    eos_token_id: ends.length > 1 ? ends : ends[0],
    pad_token_id: config.pad_token_id ?? ends[0],
    decoder_start_token_id: config.decoder_start_token_id,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null));
}

/** The small files of a checkpoint with this model, so that it can be saved as one. */
function textsOf(
  file: Gguf,
  parts: {
    readonly config: Config;
    readonly tokenizer: Tokenizer | undefined;
    readonly generationConfig: GenerationConfig;
    readonly maxPositions: number;
  },
): Record<string, string> {
  const { config, tokenizer, generationConfig, maxPositions } = parts;
  const texts = {
    'config.json': configText(config),
    'generation_config.json': jsonText(generationConfig),
    ...chatTemplateOf(file),
  };
  if (!tokenizer) return texts;
  return Object.defineProperties(
    texts,
    Object.getOwnPropertyDescriptors({
      // Made when the model is saved: vocabularies are large, and a tokenizer.json cannot have all of them.
      get 'tokenizer.json'() {
        return `${saveTokenizer(tokenizer)}\n`;
      },
      'tokenizer_config.json': jsonText(tokenizerConfigOf(config, tokenizer, maxPositions)),
    }),
  );
}
