import {
  add,
  equal,
  expectValue,
  minimum,
  mul,
  ResidualError,
  range,
  reshape,
  showShape,
  sub,
  type Tensor,
  tensor,
  tidy,
  toFloat,
} from '@residual/tensor';
import { type PositionAxis, positionAxisOf, type Site } from './position-axis.js';
import { broadcastTo, where } from './where.js';

/** A part of a tensor [batch, length, width] or [batch, heads, length, width]; an axis that is not named is whole. */
export interface Selection {
  /**
   * Positions in the text, padding before it not counted, also while it is generated; a negative one counts from the
   * end of the text so far.
   */
  readonly positions?: readonly number[];
  /** Heads of a tensor [batch, heads, length, width]; of `key` and `value` with grouped heads these are the kvHeads. */
  readonly heads?: readonly number[];
  /** Indices of the last axis, such as the neurons of `mlp.hidden`. */
  readonly neurons?: readonly number[];
}

/** Names of the options in `Selection`. */
export const selectionNames = { positions: 0, heads: 0, neurons: 0 } as const;

/** Errors unless each part of a selection is a list of whole numbers. */
export function expectSelection(caller: string, selection: Selection): void {
  for (const name of ['positions', 'heads', 'neurons'] as const) {
    const value = selection[name];
    const fits = value === undefined || (Array.isArray(value) && value.every(index => Number.isInteger(index)));
    expectValue(fits, caller, name, value, 'a list of whole numbers', 'option');
  }
}

/**
 * `replacement` where a selection holds, x elsewhere; x is [batch, length, width] or [batch, heads, length, width] and
 * `replacement` broadcasts to it. Errors if an index is outside the tensor. While a text is generated, positions that
 * are not in the current step are left out.
 */
export function replaceSelected(x: Tensor, replacement: Tensor, selection: Selection, site: Site): Tensor {
  const mask = selectionMask(x, selection, site);
  return mask ? where(mask, replacement, x) : broadcastTo(replacement, x.shape);
}

/** 1 where a selection holds and 0 elsewhere, broadcast to x; undefined if it is all of x. */
export function selectionMask(x: Tensor, selection: Selection, site: Site): Tensor | undefined {
  const { positions, heads, neurons } = selection;
  const rank = x.shape.length;
  const refuse = (what: string) => {
    throw new ResidualError('option', `${site.caller}: ${what}; ${site.path} is ${showShape(x.shape)}`);
  };
  if (heads && rank !== 4) refuse('heads are the second of four axes');
  if (positions && rank < 3) refuse('positions are the last axis but one of three or four');
  const along = (what: string, axis: number, chosen: readonly number[]) => {
    const size = x.shape[axis]!;
    for (const index of chosen)
      if (index < -size || index >= size) refuse(`${what} ${index} does not exist, there are ${size}`);
    return axisMask(x, axis, chosen);
  };
  const masks = [
    heads && along('head', 1, heads),
    positions && positionMask(x, positions, site, refuse),
    neurons && along('neuron', rank - 1, neurons),
  ].filter(mask => mask !== undefined);
  return masks.reduce<Tensor | undefined>((all, mask) => (all ? mul(all, mask) : mask), undefined);
}

/** 1 at some indices of an axis of x, which may be negative, and 0 elsewhere: [1, ..., size, ..., 1]. */
function axisMask(x: Tensor, axis: number, chosen: readonly number[]): Tensor {
  const size = x.shape[axis]!;
  const values = new Float32Array(size);
  for (const index of chosen) values[index < 0 ? index + size : index] = 1;
  return tensor(
    values,
    x.shape.map((_, other) => (other === axis ? size : 1)),
  );
}

/** 1 at some positions of the text and 0 elsewhere: [1 | batch, ..., length, 1]. */
function positionMask(x: Tensor, positions: readonly number[], site: Site, refuse: (what: string) => void): Tensor {
  const axis = positionAxisOf(x, site);
  const { length, offset, total, isStep, range } = axis;
  for (const position of positions)
    if (!isStep && (position < -total || position >= total))
      refuse(`position ${position} does not exist, there are ${total}`);
  if (range.keyStart || range.keyEnd) return paddedPositionMask(x, positions, axis);
  const chosen = positions
    .map(position => (position < 0 ? position + total : position) - offset)
    .filter(index => index >= 0 && index < length)
    .flatMap(index => Array.from({ length: axis.copies }, (_, copy) => copy * length + index));
  return axisMask(x, x.shape.length - 2, chosen);
}

/** `positionMask` for sequences with padding, each with its own first and last position. */
function paddedPositionMask(x: Tensor, positions: readonly number[], axis: PositionAxis): Tensor {
  const { length, copies, offset, total, range: padding } = axis;
  return tidy(() => {
    const columns = add(reshape(range(length), [1, length]), offset);
    const starts = padding.keyStart ? reshape(padding.keyStart, [-1, 1]) : undefined;
    const ends = padding.keyEnd ? reshape(padding.keyEnd, [-1, 1]) : undefined;
    const fromStart = starts ? sub(columns, starts) : columns; // [1 | batch, length]
    const fromEnd = ends ? sub(columns, ends) : sub(columns, total);
    const hits = positions.map(position => toFloat(equal(position < 0 ? fromEnd : fromStart, position)));
    const none = tensor(new Float32Array(length), [1, length]);
    const mask = minimum(
      hits.reduce((sum, hit) => add(sum, hit), none),
      1,
    ); // [1 | batch, length]
    const batch = x.shape[0]! * copies;
    const middle = x.shape.slice(1, -2).map(() => 1);
    return reshape(broadcastTo(mask, [batch, length]), [x.shape[0]!, ...middle, copies * length, 1]);
  });
}
