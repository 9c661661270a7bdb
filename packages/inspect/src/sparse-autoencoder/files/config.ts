import { type Config, ConfigReader } from '@residual/families';
import { ResidualError, showValue } from '@residual/tensor';
import type { SparseActivation } from '../activation.js';
import type { Normalization } from '../normalization.js';
import type { SparseAutoencoderOptions } from '../sparse-autoencoder.js';
import { harmlessFields } from './harmless-fields.js';

const caller = 'loadSparseAutoencoder';

/** What a `cfg.json` says. */
export interface FileSettings {
  readonly options: SparseAutoencoderOptions;
  /** The name of the activations in TransformerLens. */
  readonly hookName?: string | undefined;
  /** Whether features are ranked and stored times the norm of their directions. */
  readonly scaledByDecoderNorm?: boolean;
  /** Whether directions are to be multiplied by the stored `scaling_factor`. */
  readonly hasScalingFactor?: boolean;
}

/** What the caller says beside the file. */
export interface ConfigChoices {
  readonly scale?: number | undefined;
  readonly ignoreConfig?: readonly string[] | undefined;
}

/**
 * Reads the `cfg.json` of SAELens: that of version 6 and those before, which may be whole training configurations.
 * Errors if a field says what is not supported, or may change the numbers and is not understood.
 */
export function readSaeLensConfig(config: Config, { scale, ignoreConfig }: ConfigChoices): FileSettings {
  const reader = new ConfigReader(caller, config);
  const metadata = recordOf(reader, 'metadata');
  const [modelDim, features] = [reader.size('d_in'), reader.size('d_sae')];
  const hookName = metadata.hook_name ?? reader.value('hook_name', 'hook_point');
  for (const field of ['hook_head_index', 'hook_point_head_index', 'hook_name_out', 'hook_head_index_out'])
    expectAbsent(reader, field, metadata[field] ?? reader.value(field));
  const reshape = reader.value('reshape_activations') ?? 'none';
  if (reshape !== 'none' && reshape !== 'hook_z') reader.refuse('reshape_activations', reshape, "'none' or 'hook_z'");
  const normalized = normalizationOf(reader, scale);
  const options = {
    modelDim,
    features,
    activation: activationOf(reader, features),
    subtractDecoderBias: reader.flag('apply_b_dec_to_input', true),
    ...normalized,
  };
  const hasScalingFactor = reader.flag('finetuning_scaling_factor', false);
  const scaledByDecoderNorm = reader.flag('rescale_acts_by_decoder_norm', false);
  if (scaledByDecoderNorm && typeof options.activation !== 'object')
    reader.refuse('rescale_acts_by_decoder_norm', true, "false unless architecture is 'topk'");
  reader.refuseUnread([...harmlessFields, ...(ignoreConfig ?? [])]);
  if (hookName !== undefined && typeof hookName !== 'string') reader.refuse('hook_name', hookName, 'a text');
  return { options, hookName: hookName as string | undefined, hasScalingFactor, scaledByDecoderNorm };
}

/** Reads the `cfg.json` of sparsify. Errors as `readSaeLensConfig`. */
export function readSparsifyConfig(config: Config, { scale, ignoreConfig }: ConfigChoices): FileSettings {
  const reader = new ConfigReader(caller, config);
  const modelDim = reader.size('d_in');
  const expansion = reader.size('expansion_factor', 32);
  const features = reader.value('num_latents') ? reader.size('num_latents') : modelDim * expansion;
  reader.expectValue('activation', 'topk');
  for (const field of ['signed', 'transcode', 'skip_connection']) reader.expectValue(field, false);
  const topK = reader.size('k', 32, features);
  // These two say how it was trained.
  reader.flag('normalize_decoder', true);
  reader.flag('multi_topk', false);
  reader.refuseUnread(ignoreConfig);
  refuseScale(scale);
  return { options: { modelDim, features, activation: { topK } } };
}

const architectures = { standard: 'relu', jumprelu: 'jumpRelu', gated: 'gated' } as const;

function activationOf(reader: ConfigReader, features: number): SparseActivation {
  const architecture = reader.value('architecture') ?? 'standard';
  const activation = reader.value('activation_fn', 'activation_fn_str') ?? 'relu';
  const settings = recordOf(reader, 'activation_fn_kwargs');
  const isTopK = architecture === 'topk' || (architecture === 'standard' && activation === 'topk');
  for (const [name, value] of Object.entries(settings))
    if (!(isTopK && name === 'k') && !(name === 'signed' && value === false))
      reader.refuse('activation_fn_kwargs', settings, isTopK ? 'a record of k' : 'empty');
  if (isTopK) {
    // SAELens 6 has 100 where the file says nothing.
    return { topK: reader.size('k', (settings.k as number | undefined) ?? 100, features) };
  }
  if (activation !== 'relu') reader.refuse('activation_fn', activation, "'relu', or 'topk' of architecture 'standard'");
  if (typeof architecture === 'string' && Object.hasOwn(architectures, architecture))
    return architectures[architecture as keyof typeof architectures];
  return reader.refuse('architecture', architecture, "'standard', 'topk', 'jumprelu' or 'gated'");
}

const normalizations: Readonly<Record<string, Normalization>> = {
  none: 'none',
  layer_norm: 'layerNorm',
  constant_norm_rescale: 'constantNorm',
};

function normalizationOf(
  reader: ConfigReader,
  scale: number | undefined,
): Pick<SparseAutoencoderOptions, 'normalization' | 'scale'> {
  const value = reader.value('normalize_activations') ?? 'none';
  if (value === true || value === 'expected_average_only_in') {
    if (scale !== undefined) return { scale };
    throw new ResidualError(
      'config',
      `${caller}: the activations were scaled to a mean norm of √d_in (normalize_activations is ` +
        `${showValue(value)}), and the file does not hold the factor; give it as scale`,
    );
  }
  refuseScale(scale);
  if (value === false) return {};
  if (typeof value === 'string' && Object.hasOwn(normalizations, value))
    return { normalization: normalizations[value]! };
  const names = [...Object.keys(normalizations), 'expected_average_only_in'];
  return reader.refuse('normalize_activations', value, `one of ${names.join(', ')}`);
}

function refuseScale(scale: number | undefined): void {
  if (scale === undefined) return;
  throw new ResidualError('option', `${caller}: scale is ${scale}, and the file does not ask for one`);
}

function recordOf(reader: ConfigReader, name: string): Readonly<Record<string, unknown>> {
  const value = reader.value(name) ?? {};
  if (typeof value === 'object' && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>;
  return reader.refuse(name, value, 'an object');
}

function expectAbsent(reader: ConfigReader, name: string, value: unknown): void {
  if (value !== undefined && value !== null) reader.refuse(name, value, 'null or absent');
}
