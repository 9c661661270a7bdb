import { rotaryFrequencies } from '@residual/embeddings';
import { firstDifference } from '../checkpoint/first-difference.js';
import { type Config, ConfigReader } from '../config/config.js';
import { rotaryFromConfig } from '../config/rope.js';
import type { Buffer, Difference } from '../family.js';

/**
 * The angles of rotary positions in older files; `baseOf` reads the base where the config has another name for it than
 * `rope_theta`.
 */
export function rotaryBuffers(baseOf: (config: ConfigReader) => number = () => 10000): readonly Buffer[] {
  return [
    {
      name: /(^|\.)(rotary_emb|maybe_rotary|rotary)\.inv_freq$/,
      findDifference: (values, _, fields) => differsFromRotary(values, new ConfigReader('llama', fields), baseOf),
    },
  ];
}

/** Compares angles per position [rotaryDim / 2], in any precision, with the scaling of the config or before it. */
function differsFromRotary(
  values: Float32Array,
  config: ConfigReader,
  baseOf: (config: ConfigReader) => number,
): Difference | undefined {
  const rotaryDim = 2 * values.length;
  const positions = config.size('max_position_embeddings', 2048);
  const { base, scaling } = rotaryFromConfig(config, positions, { base: baseOf(config) });
  const [scaled, plain] = [{ scaling }, {}].map(more => rotaryFrequencies({ rotaryDim, base, ...more }).frequencies);
  const rounding = (frequency: number) => 0.01 * frequency + 1e-7;
  return firstDifference(values, i => plain![i]!, rounding) && firstDifference(values, i => scaled![i]!, rounding);
}

/** The causal masks, and the scores of masked keys, that attentions had as tensors in older files. */
export const maskBuffers: readonly Buffer[] = [
  { name: /(^|\.)(attn|attention)\.(bias|causal_mask)$/, findDifference: differsFromCausal },
  {
    name: /(^|\.)(attn|attention)\.masked_bias$/,
    findDifference: ([value]) => (value! <= -1e4 ? undefined : { index: 0, expected: -1e4 }),
  },
];

/** Compares with the causal mask [1, 1, length, length] of older checkpoints: 1 where a query may attend. */
function differsFromCausal(values: Float32Array, shape: readonly number[], _: Config): Difference | undefined {
  const length = shape.at(-1) ?? 1;
  return firstDifference(values, index => (index % length <= Math.floor(index / length) % length ? 1 : 0));
}

/** The module that predicts further tokens, for speculative decoding, in files of models that do not use it here. */
export const furtherTokens: readonly Buffer[] = [{ name: /^mtp\./ }];

/** The same as layers beyond the last one, by their numbers in the published files. */
export function furtherLayers(...layers: readonly number[]): readonly Buffer[] {
  return layers.map(layer => ({ name: new RegExp(`(^|\\.)layers\\.${layer}\\.`) }));
}
