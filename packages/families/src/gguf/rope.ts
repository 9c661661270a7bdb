import { type RotaryScaling, rotaryFrequencies } from '@residual/embeddings';
import { type Config, ConfigReader } from '../config/config.js';
import { rotaryFromConfig } from '../config/rope.js';
import { type ArchitectureMetadata, fail, type GgufEntry, shortest } from './metadata.js';

/** The name of the tensor with the divisors of rotary frequencies, of models with the scaling of Llama 3. */
export const ropeFactorsName = 'rope_freqs.weight';

/** The fields `rope_theta` and `rope_scaling` of the metadata of a file. */
export function ropeFromGguf(metadata: ArchitectureMetadata, headDim: number, factors?: Float32Array): Config {
  const base = metadata.number('rope.freq_base', 10000);
  const oldFactor = metadata.number('rope.scale_linear', 1);
  const factor = metadata.number('rope.scaling.factor', oldFactor);
  const original = metadata.value('rope.scaling.original_context_length', 'uint32');
  if (original === 0) metadata.refuse('rope.scaling.original_context_length', original, 'a whole number from 1');
  const attentionFactor = metadata.number('rope.scaling.attn_factor', 1);
  const type = metadata.text('rope.scaling.type', factor === 1 ? 'none' : 'linear');
  const fields = { rope_theta: base };
  const hasFactors = factors?.some(value => value !== 1) ?? false;
  if (type === 'none') {
    return { ...fields, rope_scaling: factors && hasFactors ? llama3Scaling(factors, headDim, base) : null };
  }
  if (hasFactors) return fail(`the file has both rope.scaling.type ${type} and ${ropeFactorsName}; one would fit`);
  if (type === 'linear') return { ...fields, rope_scaling: factor === 1 ? null : { rope_type: 'linear', factor } };
  if (type !== 'yarn') return metadata.refuse('rope.scaling.type', type, 'none, linear or yarn');
  const scaling = {
    rope_type: 'yarn',
    factor,
    ...(original !== undefined && { original_max_position_embeddings: original }),
    // llama.cpp multiplies its own factor.
    ...(attentionFactor !== 1 && { attention_factor: attentionFactor * (0.1 * Math.log(factor) + 1) }),
  };
  return { ...fields, rope_scaling: scaling };
}

/** The scaling of Llama 3 that has these factors. Published models have the ramp from 1 to 4 rotations. */
function llama3Scaling(factors: Float32Array, headDim: number, base: number): Config {
  if (factors.length !== headDim / 2)
    return fail(`${ropeFactorsName} holds ${factors.length} factors; ${headDim / 2} would fit`);
  const factor = shortest(Math.max(...factors));
  for (let original = 2; original <= 2 ** 24; original *= 2) {
    const computed = llama3Factors(headDim, base, { ...ramp, type: 'llama3', factor, originalMaxPositions: original });
    if (!computed.every((value, i) => Math.abs(value - factors[i]!) <= 1e-4 * value)) continue;
    return {
      rope_type: 'llama3',
      factor,
      low_freq_factor: ramp.lowFrequencyFactor,
      high_freq_factor: ramp.highFrequencyFactor,
      original_max_position_embeddings: original,
    };
  }
  return fail(`${ropeFactorsName} does not hold the factors of Llama 3, from 1 to ${factor}; others are not composed`);
}

const ramp = { lowFrequencyFactor: 1, highFrequencyFactor: 4 };

/** The divisor of each frequency, [headDim / 2]. */
function llama3Factors(rotaryDim: number, base: number, scaling: RotaryScaling): number[] {
  const plain = rotaryFrequencies({ rotaryDim, base }).frequencies;
  return rotaryFrequencies({ rotaryDim, base, scaling }).frequencies.map((scaled, i) => plain[i]! / scaled);
}

/** The metadata of the rotary positions of a config, and the factors of `rope_freqs.weight` if they need it. */
export function ropeToGguf(
  family: string,
  config: Config,
  { maxPositions, headDim }: { maxPositions: number; headDim: number },
): { entries: Readonly<Record<string, GgufEntry>>; factors?: Float32Array } {
  const reader = new ConfigReader(family, config);
  const { base, scaling } = rotaryFromConfig(reader, maxPositions);
  const float = (value: number): GgufEntry => ({ type: 'float32', value });
  const entries = { 'rope.freq_base': float(base) };
  if (!scaling) return { entries };
  const typed = ({ type, factor }: { readonly type: string; readonly factor: number }) => ({
    ...entries,
    'rope.scaling.type': { type: 'string', value: type } as const,
    'rope.scaling.factor': float(factor),
  });
  switch (scaling.type) {
    case 'linear':
      return { entries: typed(scaling) };
    case 'llama3':
      return { entries, factors: Float32Array.from(llama3Factors(headDim, base, scaling)) };
    case 'yarn': {
      const { factor, originalMaxPositions, betaFast = 32, betaSlow = 1, truncate = true } = scaling;
      if (betaFast !== 32 || betaSlow !== 1 || !truncate)
        return reader.refuse('rope_parameters', config.rope_parameters ?? config.rope_scaling, 'of the usual ramp');
      const own = 0.1 * Math.log(factor) + 1;
      return {
        entries: {
          ...typed(scaling),
          'rope.scaling.original_context_length': { type: 'uint32', value: originalMaxPositions },
          ...(scaling.attentionFactor !== undefined &&
            Math.abs(scaling.attentionFactor - own) > 1e-6 && {
              'rope.scaling.attn_factor': float(scaling.attentionFactor / own),
            }),
        },
      };
    }
    default:
      return reader.refuse('rope_type', scaling.type, 'default, linear, llama3 or yarn in GGUF files');
  }
}
