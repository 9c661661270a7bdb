import { showValue } from '@residual/tensor';

/** The numbers in `adapter_config.json`. */
export interface AdapterConfig {
  /** The rank stated for a module. */
  readonly rankOf: (module: string) => number;
  /** The alpha stated for a module. */
  readonly alphaOf: (module: string) => number;
  /** Whether the scale is alpha / √rank instead of alpha / rank. */
  readonly isRankStabilized: boolean;
}

/** Throws an error about the adapter; `what` follows its name. */
type Refuse = (what: string) => never;

/**
 * Reads `adapter_config.json` as PEFT 0.21 writes it. Refuses unknown fields and fields that change the numbers and are
 * not computed here.
 */
export async function adapterConfig(
  text: string,
  ignoreConfig: readonly string[],
  refuse: Refuse,
): Promise<AdapterConfig> {
  const config = parseConfig(text, refuse);
  if (config.peft_type !== 'LORA') refuse(`is of peft_type ${showValue(config.peft_type)}; it must be LORA`);
  const ignored = new Set([...ignoredFields, ...numberFields, ...ignoreConfig]);
  for (const [field, value] of Object.entries(config)) {
    if (ignored.has(field) || isEmpty(value)) continue;
    const allowed = Object.hasOwn(allowedValues, field) ? allowedValues[field] : undefined;
    if (allowed === undefined)
      refuse(
        `sets ${field} to ${showValue(value)}, which is not understood and may change the numbers; ` +
          'if it does not, name it in ignoreConfig',
      );
    if (!allowed!.includes(value)) refuse(`sets ${field} to ${showValue(value)}, which this version does not compute`);
  }
  const useRslora = config.use_rslora ?? false;
  if (typeof useRslora !== 'boolean') refuse(`has use_rslora ${showValue(useRslora)}; it must be true or false`);
  return {
    rankOf: await byPattern(config, 'r', 'rank_pattern', isRank, 'a whole number above 0', refuse),
    alphaOf: await byPattern(config, 'lora_alpha', 'alpha_pattern', isNumber, 'a number', refuse),
    isRankStabilized: useRslora === true,
  };
}

/**
 * The scale of a module: alpha / rank, or rank-stabilized alpha / √rank (Kalajdzievski 2023). The rank of the tensors
 * must equal the stated one.
 */
export function scaleOf(config: AdapterConfig, module: string, rank: number, refuse: Refuse): number {
  const stated = config.rankOf(module);
  if (stated !== rank) refuse(`states rank ${stated} for ${module}, whose tensors have ${rank}`);
  const alpha = config.alphaOf(module);
  const scale = alpha / (config.isRankStabilized ? Math.sqrt(rank) : rank);
  if (!Number.isFinite(Math.fround(scale))) refuse(`scales ${module} by ${scale}, which is not a 32-bit float`);
  return scale;
}

function parseConfig(text: string, refuse: Refuse): Record<string, unknown> {
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch {
    return refuse('has an adapter_config.json that is not JSON');
  }
  if (typeof config === 'object' && config !== null && !Array.isArray(config)) return config as Record<string, unknown>;
  return refuse('has an adapter_config.json that is not an object');
}

/**
 * The number for each module: that of the first pattern that matches the end of its name after a dot, else the default.
 */
async function byPattern(
  config: Readonly<Record<string, unknown>>,
  field: string,
  patternField: string,
  fits: (value: unknown) => boolean,
  need: string,
  refuse: Refuse,
): Promise<(module: string) => number> {
  const fallback = config[field] ?? 8;
  if (!fits(fallback)) refuse(`has ${field} ${showValue(fallback)}; it must be ${need}`);
  const patterns = config[patternField] ?? {};
  if (typeof patterns !== 'object' || Array.isArray(patterns))
    refuse(`has ${patternField} ${showValue(patterns)}; it must be an object`);
  const entries = Object.entries(patterns as Record<string, unknown>);
  for (const [pattern, value] of entries)
    if (!fits(value)) refuse(`has ${patternField} ${showValue(value)} for ${showValue(pattern)}; it must be ${need}`);
  if (entries.length === 0) return () => fallback as number;
  const { fullMatch } = await import('@residual/tokenizer/regex');
  const attempt = <T>(act: () => T): T => {
    try {
      return act();
    } catch (error) {
      return refuse((error as Error).message.replace(/^tokenizer: /, 'has a pattern that cannot be read: '));
    }
  };
  let expressions = 0;
  const matchers = entries.map(([pattern, value]) => {
    if (isName.test(pattern)) return { matches: (module: string) => endsWith(module, pattern), value: value as number };
    if (++expressions > maxExpressions)
      refuse(`has more than ${maxExpressions} expressions in ${patternField}, beside names`);
    const matches = attempt(() => fullMatch(`(?:.*\\.)?(?:${pattern})`, patternField));
    return { matches, value: value as number };
  });
  return module => attempt(() => matchers.find(({ matches }) => matches(module)))?.value ?? (fallback as number);
}

/** A pattern that is only a module name; a dot in it matches any character. */
const isName = /^[\w.]+$/;
/** The most expressions, besides plain names. */
const maxExpressions = 64;

/** Whether a module name ends with `name`, at its start or after a dot. */
function endsWith(module: string, name: string): boolean {
  const start = module.length - name.length;
  if (start < 0 || (start > 0 && module[start - 1] !== '.')) return false;
  return [...name].every((character, i) => character === '.' || character === module[start + i]);
}

const isRank = (value: unknown): boolean => Number.isInteger(value) && (value as number) > 0;
const isNumber = (value: unknown): boolean => Number.isFinite(value);

const isEmpty = (value: unknown): boolean =>
  value === null || value === false || (typeof value === 'object' && Object.keys(value as object).length === 0);

const numberFields: readonly string[] = ['r', 'lora_alpha', 'rank_pattern', 'alpha_pattern', 'use_rslora'];

/**
 * Fields whose values change the numbers, with the values that are computed here; empty values and false always are.
 */
const allowedValues: Readonly<Record<string, readonly unknown[]>> = {
  peft_type: ['LORA'],
  bias: ['none'],
  // The others change the base weights on loading.
  init_lora_weights: [true, 'gaussian', 'orthogonal', 'eva'],
  alora_invocation_tokens: [],
  arrow_config: [],
  enable_lora: [],
  kasa_config: [],
  layer_replication: [],
  lora_bias: [],
  megatron_config: [],
  merge_weights: [],
  modules_to_save: [],
  monteclora_config: [],
  target_parameters: [],
  trainable_token_indices: [],
  use_bdlora: [],
  use_dora: [],
  use_qalora: [],
};

/** Fields that do not change the numbers: of training, of origins, and of the modules that have tensors. */
const ignoredFields: readonly string[] = [
  'auto_mapping',
  'base_model_name_or_path',
  'corda_config',
  'ensure_weight_tying',
  'eva_config',
  'exclude_modules',
  'fan_in_fan_out',
  'inference_mode',
  'layers_pattern',
  'layers_to_transform',
  'loftq_config',
  'lora_dropout',
  'lora_ga_config',
  'megatron_core',
  'peft_version',
  'qalora_group_size',
  'revision',
  'runtime_config',
  'target_modules',
  'task_type',
  'velora_config', // changes only the backward pass
];
