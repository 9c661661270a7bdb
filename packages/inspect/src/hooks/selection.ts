import { type Scope, stepPositions } from '@residual/layers';
import { add, mul, ResidualError, scalarMinus, showShape, type Tensor, tensor, zeros } from '@residual/tensor';

/** A part of a tensor [batch, length, width] or [batch, heads, length, width]; an axis that is not named is whole. */
export interface Selection {
  /** Positions in the text; a negative one counts from its end so far. */
  readonly positions?: readonly number[];
  /** Heads of a tensor [batch, heads, length, width]. */
  readonly heads?: readonly number[];
  /** Indices of the last axis, such as the neurons of `mlp.hidden`. */
  readonly neurons?: readonly number[];
}

/** Names of the options in `Selection`. */
export const selectionNames = { positions: 0, heads: 0, neurons: 0 } as const;

/** Where hooks act: the caller for errors, the path of the tensor, and its scope. */
export interface Site {
  readonly caller: string;
  readonly path: string;
  readonly scope: Scope;
}

/**
 * `replacement` where a selection holds, x elsewhere; x is [batch, length, width] or [batch, heads, length, width] and
 * `replacement` broadcasts to it. Errors if an index is outside the tensor. While a text is generated, positions that
 * are not in the current step are left out.
 */
export function replaceSelected(x: Tensor, replacement: Tensor, selection: Selection, site: Site): Tensor {
  const mask = selectionMask(x, selection, site);
  return mask ? add(mul(x, scalarMinus(1, mask)), mul(replacement, mask)) : add(zeros(x.shape), replacement);
}

/** 1 where a selection holds and 0 elsewhere, broadcast to x; undefined if it is all of x. */
export function selectionMask(x: Tensor, selection: Selection, site: Site): Tensor | undefined {
  const { positions, heads, neurons } = selection;
  if (!(positions || heads || neurons)) return undefined;
  const rank = x.shape.length;
  const refuse = (what: string) => {
    throw new ResidualError('option', `${site.caller}: ${what}; ${site.path} is ${showShape(x.shape)}`);
  };
  if (heads && rank !== 4) refuse('heads are the second of four axes');
  if (positions && rank < 3) refuse('positions are the last axis but one of three or four');
  const axes: (readonly number[] | undefined)[] = x.shape.map(() => undefined);
  axes[rank - 1] = neurons && indicesOf('neuron', neurons, x.shape[rank - 1]!, 0, refuse);
  if (rank === 4) axes[1] = heads && indicesOf('head', heads, x.shape[1]!, 0, refuse);
  if (positions) {
    const length = x.shape[rank - 2]!;
    const step = site.scope.get(stepPositions);
    const offset = (step?.totalLength ?? length) - length;
    axes[rank - 2] = indicesOf('position', positions, length, offset, step ? () => {} : refuse);
  }
  return axes.reduce<Tensor | undefined>((mask, chosen, axis) => {
    if (!chosen) return mask;
    const values = new Float32Array(x.shape[axis]!);
    for (const index of chosen) values[index] = 1;
    const along = tensor(
      values,
      x.shape.map((size, other) => (other === axis ? size : 1)),
    );
    return mask ? mul(mask, along) : along;
  }, undefined);
}

/** Indices of an axis whose first entry is number `offset`; those before it are left out. */
function indicesOf(
  what: string,
  chosen: readonly number[],
  size: number,
  offset: number,
  refuse: (what: string) => void,
): readonly number[] {
  const total = offset + size;
  return chosen
    .map(index => {
      if (!Number.isInteger(index) || index < -total || index >= total)
        refuse(`${what} ${index} does not exist, there are ${total}`);
      return (index < 0 ? index + total : index) - offset;
    })
    .filter(index => index >= 0 && index < size);
}
