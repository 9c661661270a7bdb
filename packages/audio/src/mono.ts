import { expectValue } from '@residual/base';
import type { Audio } from './audio.js';

/** The mean of all channels: [length]. The samples of a recording with one channel are returned as they are. */
export function mono({ channels }: Audio): Float32Array {
  expectValue(channels.length > 0, 'mono', 'the number of channels', channels.length, '1 or more');
  const [first, ...others] = channels as readonly [Float32Array, ...Float32Array[]];
  const odd = others.find(({ length }) => length !== first.length);
  if (odd) expectValue(false, 'mono', 'the length of a channel', odd.length, `${first.length}, as that of the first`);
  if (others.length === 0) return first;
  return first.map((sample, i) => others.reduce((sum, channel) => sum + channel[i]!, sample) / channels.length);
}
