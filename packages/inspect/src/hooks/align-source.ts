import { concat, mul, ResidualError, showShape, sliceAxis, type Tensor, tensor, tidy, zeros } from '@residual/tensor';
import { expectBroadcast } from './change.js';
import { type PositionAxis, positionAxisOf, type Site } from './position-axis.js';
import { type Selection, selectionMask } from './selection.js';
import { broadcastTo, where } from './where.js';

/**
 * x with the activation of another text, `source`, at a selection: position p of the source takes the place of position
 * p. A source of length 1 has the same values for every position. While a text is generated, and where `positions` are
 * selected, the source may be longer or shorter than x; positions that it lacks stay as they are.
 */
export function replaceBySource(x: Tensor, source: Tensor, selection: Selection, site: Site): Tensor {
  const axis = positionAxisOf(x, site);
  const sourceLength = source.shape.at(-2) ?? 1;
  const isAligned = sourceLength === 1 || (axis.offset === 0 && sourceLength === axis.length && axis.copies === 1);
  if (!isAligned && x.shape.length > 2 && (axis.isStep || selection.positions))
    return replaceShifted(x, source, selection, { site, axis, sourceLength });
  expectBroadcast(site, x, source);
  const mask = selectionMask(x, selection, site);
  return mask ? where(mask, source, x) : broadcastTo(source, x.shape);
}

function replaceShifted(
  x: Tensor,
  source: Tensor,
  selection: Selection,
  { site, axis, sourceLength }: { site: Site; axis: PositionAxis; sourceLength: number },
): Tensor {
  const { length, offset, range, copies, total, isStep } = axis;
  const refuse = (what: string) => {
    throw new ResidualError('shape', `${site.caller}: ${what}; ${site.path} is ${showShape(x.shape)}`);
  };
  if (range.keyStart || copies > 1)
    refuse('the sequences are padded or joined, so their positions differ; run one at a time, or put in length 1');
  const missing = selection.positions?.find(position => (position < 0 ? position + total : position) >= sourceLength);
  if (!isStep && missing !== undefined)
    refuse(`position ${missing} does not exist in the tensor to put in, which is ${showShape(source.shape)}`);
  return tidy(() => {
    const count = Math.max(0, Math.min(length, sourceLength - offset));
    if (count === 0) return broadcastTo(x, x.shape);
    const rows = sliceAxis(source, source.shape.length - 2, offset, count);
    const restShape = [...source.shape.slice(0, -2), length - count, source.shape.at(-1)!];
    const aligned = count === length ? rows : concat([rows, zeros(restShape)], source.shape.length - 2);
    expectBroadcast(site, x, aligned);
    const present = tensor(
      Float32Array.from({ length }, (_, i) => (i < count ? 1 : 0)),
      [...x.shape.map(() => 1).slice(2), length, 1],
    );
    const mask = selectionMask(x, selection, site);
    return where(mask ? mul(mask, present) : present, aligned, x);
  });
}
