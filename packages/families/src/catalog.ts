import { ResidualError, showValue } from '@residual/tensor';
import type { Config } from './config/config.js';
import type { Family } from './family.js';
import { familyOfGguf, type GgufFamily, isGgufFamily } from './gguf/from-gguf.js';
import type { GgufMetadata } from './gguf/metadata.js';
import { familyForTask } from './text/decoder-heads.js';

/** A family of this package that is loaded when it is needed: a page that opens one model loads one family. */
export interface CatalogEntry {
  /** Values of `model_type`, as in the family. */
  readonly modelTypes: readonly string[];
  /** The value of `general.architecture` in GGUF files; absent if llama.cpp does not have it. */
  readonly gguf?: string;
  readonly load: () => Promise<Family>;
}

/** All families of this package. */
export const catalog: readonly CatalogEntry[] = [
  { modelTypes: ['gpt2'], gguf: 'gpt2', load: async () => (await import('./decoders/gpt2.js')).gpt2 },
  { modelTypes: ['llama'], gguf: 'llama', load: async () => (await import('./decoders/llama.js')).llama },
  { modelTypes: ['mamba'], load: async () => (await import('./decoders/mamba.js')).mamba },
  { modelTypes: ['falcon_mamba'], load: async () => (await import('./decoders/falcon-mamba.js')).falconMamba },
  { modelTypes: ['mamba2'], load: async () => (await import('./decoders/mamba2.js')).mamba2 },
  { modelTypes: ['lfm2'], load: async () => (await import('./decoders/lfm2.js')).lfm2 },
  { modelTypes: ['falcon_h1'], load: async () => (await import('./decoders/falcon-h1.js')).falconH1 },
  { modelTypes: ['jamba'], load: async () => (await import('./decoders/jamba.js')).jamba },
  { modelTypes: ['nemotron_h'], load: async () => (await import('./decoders/nemotron-h.js')).nemotronH },
  { modelTypes: ['qwen3_next'], load: async () => (await import('./decoders/qwen3-next.js')).qwen3Next },
  { modelTypes: ['qwen3_5_text'], load: async () => (await import('./decoders/qwen3-5.js')).qwen35 },
  { modelTypes: ['lfm2_moe'], load: async () => (await import('./decoders/lfm2-moe.js')).lfm2Moe },
  {
    modelTypes: ['granitemoehybrid'],
    load: async () => (await import('./decoders/granite-moe-hybrid.js')).graniteMoeHybrid,
  },
  { modelTypes: ['bamba'], load: async () => (await import('./decoders/bamba.js')).bamba },
  { modelTypes: ['marian'], load: async () => (await import('./encoder-decoders/marian.js')).marian },
  { modelTypes: ['bart'], load: async () => (await import('./encoder-decoders/bart.js')).bart },
  { modelTypes: ['mbart'], load: async () => (await import('./encoder-decoders/mbart.js')).mbart },
  { modelTypes: ['m2m_100'], load: async () => (await import('./encoder-decoders/m2m100.js')).m2m100 },
  { modelTypes: ['pegasus'], load: async () => (await import('./encoder-decoders/pegasus.js')).pegasus },
  { modelTypes: ['t5'], gguf: 't5', load: async () => (await import('./encoder-decoders/t5.js')).t5 },
  { modelTypes: ['mt5'], gguf: 't5', load: async () => (await import('./encoder-decoders/t5.js')).mt5 },
  { modelTypes: ['umt5'], load: async () => (await import('./encoder-decoders/t5.js')).umt5 },
  { modelTypes: ['t5gemma'], load: async () => (await import('./encoder-decoders/t5gemma.js')).t5gemma },
  { modelTypes: ['blenderbot'], load: async () => (await import('./encoder-decoders/blenderbot.js')).blenderbot },
  {
    modelTypes: ['blenderbot-small'],
    load: async () => (await import('./encoder-decoders/blenderbot.js')).blenderbotSmall,
  },
  { modelTypes: ['bert'], load: async () => (await import('./encoders/bert.js')).bert },
  { modelTypes: ['roberta'], load: async () => (await import('./encoders/roberta.js')).roberta },
  { modelTypes: ['xlm-roberta'], load: async () => (await import('./encoders/roberta.js')).xlmRoberta },
  { modelTypes: ['camembert'], load: async () => (await import('./encoders/roberta.js')).camembert },
  { modelTypes: ['distilbert'], load: async () => (await import('./encoders/distilbert.js')).distilbert },
  { modelTypes: ['mpnet'], load: async () => (await import('./encoders/mpnet.js')).mpnet },
  { modelTypes: ['electra'], load: async () => (await import('./encoders/electra.js')).electra },
  { modelTypes: ['modernbert'], load: async () => (await import('./encoders/modernbert.js')).modernbert },
  { modelTypes: ['deberta-v2'], load: async () => (await import('./encoders/deberta.js')).debertaV2 },
  { modelTypes: ['deberta'], load: async () => (await import('./encoders/deberta.js')).deberta },
  { modelTypes: ['albert'], load: async () => (await import('./encoders/albert.js')).albert },
  { modelTypes: ['nomic_bert'], load: async () => (await import('./encoders/nomic-bert.js')).nomicBert },
  { modelTypes: ['eurobert'], load: async () => (await import('./encoders/eurobert.js')).eurobert },
  { modelTypes: ['roformer'], load: async () => (await import('./encoders/roformer.js')).roformer },
  { modelTypes: ['esm'], load: async () => (await import('./encoders/esm.js')).esm },
  { modelTypes: ['qwen2'], load: async () => (await import('./decoders/qwen2.js')).qwen2 },
  { modelTypes: ['qwen3'], load: async () => (await import('./decoders/qwen3.js')).qwen3 },
  { modelTypes: ['mistral'], load: async () => (await import('./decoders/mistral.js')).mistral },
  { modelTypes: ['smollm3'], load: async () => (await import('./decoders/smollm3.js')).smollm3 },
  { modelTypes: ['gemma'], load: async () => (await import('./decoders/gemma.js')).gemma },
  { modelTypes: ['gemma2'], load: async () => (await import('./decoders/gemma2.js')).gemma2 },
  { modelTypes: ['gemma3_text'], load: async () => (await import('./decoders/gemma3.js')).gemma3 },
  { modelTypes: ['phi3'], load: async () => (await import('./decoders/phi3.js')).phi3 },
  { modelTypes: ['olmo2'], load: async () => (await import('./decoders/olmo2.js')).olmo2 },
  { modelTypes: ['olmo3'], load: async () => (await import('./decoders/olmo3.js')).olmo3 },
  { modelTypes: ['granite'], load: async () => (await import('./decoders/granite.js')).granite },
  { modelTypes: ['cohere2'], load: async () => (await import('./decoders/cohere2.js')).cohere2 },
  { modelTypes: ['cohere'], load: async () => (await import('./decoders/cohere.js')).cohere },
  { modelTypes: ['glm4'], load: async () => (await import('./decoders/glm4.js')).glm4 },
  { modelTypes: ['glm'], load: async () => (await import('./decoders/glm.js')).glm },
  { modelTypes: ['exaone4'], load: async () => (await import('./decoders/exaone4.js')).exaone4 },
  { modelTypes: ['stablelm'], load: async () => (await import('./decoders/stablelm.js')).stablelm },
  { modelTypes: ['starcoder2'], load: async () => (await import('./decoders/starcoder2.js')).starcoder2 },
  { modelTypes: ['phi'], load: async () => (await import('./decoders/phi.js')).phi },
  { modelTypes: ['olmo'], load: async () => (await import('./decoders/olmo.js')).olmo },
  { modelTypes: ['nemotron'], load: async () => (await import('./decoders/nemotron.js')).nemotron },
  { modelTypes: ['arcee'], load: async () => (await import('./decoders/arcee.js')).arcee },
  { modelTypes: ['seed_oss'], load: async () => (await import('./decoders/seed-oss.js')).seedOss },
  { modelTypes: ['helium'], load: async () => (await import('./decoders/helium.js')).helium },
  { modelTypes: ['hunyuan_v1_dense'], load: async () => (await import('./decoders/hunyuan.js')).hunyuan },
  { modelTypes: ['ernie4_5'], load: async () => (await import('./decoders/ernie4_5.js')).ernie4_5 },
  { modelTypes: ['ministral'], load: async () => (await import('./decoders/ministral.js')).ministral },
  { modelTypes: ['ministral3'], load: async () => (await import('./decoders/ministral3.js')).ministral3 },
  { modelTypes: ['vaultgemma'], load: async () => (await import('./decoders/vaultgemma.js')).vaultGemma },
  { modelTypes: ['apertus'], load: async () => (await import('./decoders/apertus.js')).apertus },
  { modelTypes: ['bitnet'], load: async () => (await import('./decoders/bitnet.js')).bitnet },
  { modelTypes: ['diffllama'], load: async () => (await import('./decoders/diffllama.js')).diffLlama },
  { modelTypes: ['gpt_neox'], load: async () => (await import('./decoders/gpt-neox.js')).gptNeox },
  { modelTypes: ['opt'], load: async () => (await import('./decoders/opt.js')).opt },
  { modelTypes: ['bloom'], load: async () => (await import('./decoders/bloom.js')).bloom },
  { modelTypes: ['falcon'], load: async () => (await import('./decoders/falcon.js')).falcon },
  { modelTypes: ['gptj'], load: async () => (await import('./decoders/gptj.js')).gptj },
  { modelTypes: ['gpt_neo'], load: async () => (await import('./decoders/gpt-neo.js')).gptNeo },
  { modelTypes: ['gpt_bigcode'], load: async () => (await import('./decoders/gpt-bigcode.js')).gptBigcode },
  { modelTypes: ['codegen'], load: async () => (await import('./decoders/codegen.js')).codegen },
  { modelTypes: ['mpt'], load: async () => (await import('./decoders/mpt.js')).mpt },
  { modelTypes: ['xglm'], load: async () => (await import('./decoders/xglm.js')).xglm },
  { modelTypes: ['biogpt'], load: async () => (await import('./decoders/biogpt.js')).biogpt },
  { modelTypes: ['persimmon'], load: async () => (await import('./decoders/persimmon.js')).persimmon },
  { modelTypes: ['minicpm3'], load: async () => (await import('./decoders/minicpm3.js')).minicpm3 },
  { modelTypes: ['mixtral'], load: async () => (await import('./decoders/mixtral.js')).mixtral },
  { modelTypes: ['qwen3_moe'], load: async () => (await import('./decoders/qwen3-moe.js')).qwen3Moe },
  { modelTypes: ['qwen2_moe'], load: async () => (await import('./decoders/qwen2-moe.js')).qwen2Moe },
  { modelTypes: ['olmoe'], load: async () => (await import('./decoders/olmoe.js')).olmoe },
  { modelTypes: ['granitemoe'], load: async () => (await import('./decoders/granite-moe.js')).graniteMoe },
  { modelTypes: ['phimoe'], load: async () => (await import('./decoders/phimoe.js')).phimoe },
  { modelTypes: ['glm4_moe'], load: async () => (await import('./decoders/glm4-moe.js')).glm4Moe },
  { modelTypes: ['dots1'], load: async () => (await import('./decoders/dots1.js')).dots1 },
  { modelTypes: ['deepseek_v2'], load: async () => (await import('./decoders/deepseek.js')).deepseekV2 },
  { modelTypes: ['deepseek_v3'], load: async () => (await import('./decoders/deepseek.js')).deepseekV3 },
  { modelTypes: ['gpt_oss'], load: async () => (await import('./decoders/gpt-oss.js')).gptOss },
  { modelTypes: ['llama4_text'], load: async () => (await import('./decoders/llama4.js')).llama4 },
];

/**
 * The family that `model_type` of a config names, or else `architectures`: one of `own`, or else one of this package,
 * whose file is loaded. Errors with code `family` if there is none.
 */
export async function findFamily(config: Config, own: readonly Family[] = []): Promise<Family> {
  const match = matchingFamily(config, own);
  if (match) return familyForTask(match, config);
  const { model_type: type } = config;
  const entry = catalog.find(({ modelTypes }) => typeof type === 'string' && modelTypes.includes(type));
  if (entry) return familyForTask(await entry.load(), config);
  const byArchitecture =
    type === undefined && Array.isArray(config.architectures) && config.architectures.length > 0
      ? matchingFamily(config, await Promise.all(catalog.map(({ load }) => load())))
      : undefined;
  return byArchitecture ?? refuse(config, [...own, ...catalog]);
}

/**
 * The family that `general.architecture` of a GGUF file names: one of `own`, or else one of this package, whose file is
 * loaded. Errors with code `family` if there is none.
 */
export async function findGgufFamily(metadata: GgufMetadata, own: readonly Family[] = []): Promise<GgufFamily> {
  const architecture = metadata.get('general.architecture')?.value;
  const isOwn = own.filter(isGgufFamily).some(({ gguf }) => gguf.architecture === architecture);
  const entries = catalog.filter(({ gguf }) => gguf !== undefined && (isOwn || gguf === architecture));
  const loaded = isOwn ? [] : await Promise.all(entries.map(({ load }) => load()));
  if (isOwn || loaded.length > 0) return familyOfGguf(metadata, [...own, ...loaded]);
  const known = [
    ...own.filter(isGgufFamily).map(({ gguf }) => gguf.architecture),
    ...catalog.flatMap(({ gguf }) => gguf ?? []),
  ];
  throw new ResidualError(
    'family',
    `findGgufFamily: general.architecture ${showValue(architecture)} is not known; known are ` +
      [...new Set(known)].join(', '),
  );
}

/** The family of these that `model_type` of a config names, or else `architectures`. Errors if there is none. */
export function familyOf<F extends Family = Family>(config: Config, families: readonly F[]): F {
  return familyForTask(matchingFamily(config, families) ?? refuse(config, families), config);
}

function matchingFamily<F extends Family>(config: Config, families: readonly F[]): F | undefined {
  const { model_type: type, architectures } = config;
  if (typeof type === 'string') return families.find(({ modelTypes }) => modelTypes.includes(type));
  const names = Array.isArray(architectures) && type === undefined ? architectures : [];
  return families.find(family => family.architectures.some(name => names.includes(name)));
}

function refuse({ model_type: type, architectures }: Config, known: readonly Pick<Family, 'modelTypes'>[]): never {
  throw new ResidualError(
    'family',
    `familyOf: model_type ${showValue(type)} (architectures ${showValue(architectures)}) is not known; known ` +
      `are ${known.flatMap(({ modelTypes }) => modelTypes).join(', ')}`,
  );
}
