import { bind, convolution1d, type Layer, layer, linear } from '@residual/layers';
import { add, type Tensor } from '@residual/tensor';
import { activationLayer } from '../encoders/bert-parts.js';

/** Settings of `envelopeNet`. */
export interface EnvelopeNetOptions {
  /** Width of a frame that it reads. */
  readonly bins: number;
  /** Width of its convolutions. */
  readonly width: number;
  /** Number of convolutions after the first, each added to its input. */
  readonly depth: number;
  /** Points of an envelope. */
  readonly points: number;
}

/**
 * A small net that finds the envelopes of a source and filters: frames [batch, length, bins] to ln of the magnitudes of
 * the pulses and of the noise, [batch, length, 2 · points], the pulses first. A matrix reads each frame beside the
 * convolutions, so that they only mend what it makes.
 */
export function envelopeNet({ bins, width, depth, points }: EnvelopeNetOptions) {
  const convolution = (input: number) => convolution1d({ in: input, out: width, kernelSize: 3, padding: 1 });
  const parts = {
    input: convolution(bins),
    blocks: Array.from({ length: depth }, () => convolution(width)),
    output: linear({ in: width, out: 2 * points }),
    direct: linear({ in: bins, out: 2 * points }),
  };
  const gelu = activationLayer('gelu');
  return layer(
    parts,
    (w, x: Tensor, scope) => {
      const part = bind(parts, w, scope);
      const first = gelu({}, part.input(x), scope);
      const last = part.blocks.reduce((y, block) => add(y, gelu({}, block(y), scope)), first);
      return scope.tap('envelopes', add(part.output(last), part.direct(x)));
    },
    { name: 'envelopeNet', inDim: bins, outDim: 2 * points },
  ) satisfies Layer<typeof parts, Tensor, Tensor>;
}
