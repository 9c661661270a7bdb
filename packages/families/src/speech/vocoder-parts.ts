import { withFoldedWeightNorm } from '../checkpoint/fold-weight-norm.js';
import type { StoredArrays } from '../checkpoint/stored-arrays.js';
import type { ConfigReader } from '../config/config.js';
import type { WeightMapping } from '../family.js';
import type { HifiGanOptions } from './hifi-gan-layer.js';

/** What the fields of a config say of a HiFi-GAN: its upsampling, its blocks and its activation. */
export function hifiGanFields(
  config: ConfigReader,
  defaults: { readonly rates: readonly number[]; readonly kernels: readonly number[] },
): Pick<HifiGanOptions, 'channels' | 'upsampling' | 'blocks' | 'slope'> {
  const rates = config.sizes('upsample_rates', defaults.rates);
  const kernels = config.sizes('upsample_kernel_sizes', defaults.kernels);
  const windows = config.sizes('resblock_kernel_sizes', [3, 7, 11]);
  const dilations = config.value('resblock_dilation_sizes') ?? windows.map(() => [1, 3, 5]);
  if (kernels.length !== rates.length)
    config.refuse('upsample_kernel_sizes', kernels, `${rates.length} numbers, as many as upsample_rates has`);
  if (!Array.isArray(dilations) || dilations.length !== windows.length)
    config.refuse(
      'resblock_dilation_sizes',
      dilations,
      `${windows.length} lists, as many as resblock_kernel_sizes has numbers`,
    );
  const channels = config.size('upsample_initial_channel', 512, 2 ** 20);
  if (channels < 2 ** rates.length)
    config.refuse('upsample_initial_channel', channels, `${2 ** rates.length} or more, since each rate halves it`);
  for (const [i, kernelSize] of kernels.entries())
    if (kernelSize < rates[i]!)
      config.refuse('upsample_kernel_sizes', kernels, `numbers that are not below those of upsample_rates`);
  for (const kernelSize of windows)
    if (kernelSize % 2 === 0) config.refuse('resblock_kernel_sizes', windows, 'odd numbers, so that lengths stay');
  const slope = config.number('leaky_relu_slope', 0.1);
  if (slope < 0 || slope > 1) config.refuse('leaky_relu_slope', slope, 'a number from 0 to 1');
  return {
    channels,
    upsampling: rates.map((rate, i) => ({ rate, kernelSize: kernels[i]! })),
    blocks: windows.map((kernelSize, i) => ({
      kernelSize,
      dilations: config.sizesOf('resblock_dilation_sizes', dilations[i]),
    })),
    slope,
  };
}

/** The mappings of a HiFi-GAN whose names begin with `from`, in the tree with `to`. */
export function hifiGanMappings(from = '', to = ''): WeightMapping[] {
  const convolution = (name: string, path: string): WeightMapping[] => [
    { checkpointName: `${from}${name}.weight`, path: `${to}${path}.weight`, inAxes: [1, 0] },
    { checkpointName: `${from}${name}.bias`, path: `${to}${path}.bias` },
  ];
  return [
    { checkpointName: `${from}mean`, path: `${to}mean` },
    { checkpointName: `${from}scale`, path: `${to}scale` },
    ...convolution('conv_pre', 'input'),
    ...convolution('cond', 'speaker'),
    ...convolution('upsampler.*', 'upsamplers.*'),
    ...convolution('resblocks.*.convs1.*', 'blocks.*.dilated.*'),
    ...convolution('resblocks.*.convs2.*', 'blocks.*.plain.*'),
    ...convolution('conv_post', 'output'),
  ];
}

/** The arrays of a checkpoint in which a HiFi-GAN has its weights, where files hold them with a weight norm. */
export function foldedHifiGan(stored: StoredArrays): StoredArrays {
  const modules = /(^|\.)(conv_pre|conv_post|upsampler\.\d+|resblocks\.\d+\.convs[12]\.\d+)$/;
  return withFoldedWeightNorm(stored, modules);
}
