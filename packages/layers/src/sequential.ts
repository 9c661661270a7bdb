import { ResidualError, type Tensor } from '@residual/tensor';
import { bind } from './bind.js';
import { expectLayers } from './expect-layers.js';
import { type AnyLayer, type Layer, layer } from './layer.js';

/** The layers of `sequential` by name, in order; an absent one is left out. */
export type SequentialParts = { readonly [name: string]: AnyLayer<Tensor, Tensor> | undefined };

/** The layer of `sequential`; its needs are its parts. */
export interface Sequential<Parts extends SequentialParts> extends Layer<Parts, Tensor, Tensor> {}

/**
 * Layers one after the other: each reads the output of the one before it. The names are those of their weights. Errors
 * if there is none, or if a layer states another input width than the output width before it.
 */
export function sequential<const Parts extends SequentialParts>(parts: Parts): Sequential<Parts> {
  expectLayers('sequential', parts);
  const present = Object.entries(parts).flatMap(([name, part]) => (part ? [{ ...part.about, name }] : []));
  if (present.length === 0) throw new ResidualError('fit', 'sequential: there is no layer');
  const widths = present.filter(({ inDim, outDim }) => (inDim ?? outDim) !== undefined);
  for (const [i, { name, inDim }] of widths.entries()) {
    const before = widths[i - 1];
    if (before?.outDim === undefined || inDim === undefined || before.outDim === inDim) continue;
    throw new ResidualError(
      'fit',
      `sequential: ${before.name} gives a width of ${before.outDim}, ${name} reads ${inDim}; they must be equal`,
    );
  }
  const [inDim, outDim] = [widths[0]?.inDim, widths.at(-1)?.outDim];
  const about = { name: 'sequential', ...(inDim && { inDim }), ...(outDim && { outDim }) };
  return layer(
    parts as SequentialParts,
    (w, x: Tensor, scope) => Object.values(bind(parts as SequentialParts, w as never, scope)).reduce(apply, x),
    about,
  ) as unknown as Sequential<Parts>;
}

const apply = (x: Tensor, run: unknown) => (run as (x: Tensor) => Tensor)(x);
