/** The size to which images are resized, in pixels, in the words of the reference's `size`. */
export type TargetSize =
  | { readonly height: number; readonly width: number }
  | { readonly shortestEdge: number; readonly longestEdge?: number | undefined }
  | { readonly maxHeight: number; readonly maxWidth: number };

/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The width and height that an image gets, each rounded as in the reference. */
export function sizeAfterResize({ width, height }: Size, target: TargetSize): Size {
  if ('height' in target) return target;
  if ('maxHeight' in target) {
    const scale = Math.min(target.maxHeight / height, target.maxWidth / width);
    return { width: Math.trunc(width * scale), height: Math.trunc(height * scale) };
  }
  const { shortestEdge, longestEdge } = target;
  if (longestEdge !== undefined) return withLongestEdge({ width, height }, shortestEdge, longestEdge);
  const [short, long] = width <= height ? [width, height] : [height, width];
  const newLong = Math.trunc((shortestEdge * long) / short);
  return width <= height ? { width: shortestEdge, height: newLong } : { width: newLong, height: shortestEdge };
}

function withLongestEdge({ width, height }: Size, shortestEdge: number, longestEdge: number): Size {
  const short = Math.min(width, height);
  const long = Math.max(width, height);
  const isTooLong = (long / short) * shortestEdge > longestEdge;
  const exact = isTooLong ? (longestEdge * short) / long : shortestEdge;
  const edge = isTooLong ? roundHalfEven(exact) : shortestEdge;
  if (edge === short) return { width, height };
  if (width < height) return { width: edge, height: Math.trunc((exact * height) / width) };
  return { width: Math.trunc((exact * width) / height), height: edge };
}

/** Rounds as Python: a half to the even neighbour. */
function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return value % 1 === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/**
 * The largest size with the proportions of an image whose sides are multiples of `patchSize`, with at most
 * `maxPatches` patches: a bisection of the scale, as in SigLIP 2.
 */
export function sizeForPatches({ width, height }: Size, patchSize: number, maxPatches: number): Size {
  const epsilon = 1e-5;
  const side = (scale: number, length: number) =>
    Math.max(patchSize, Math.ceil((length * scale) / patchSize) * patchSize);
  let [low, high] = [epsilon / 10, 100];
  while (high - low >= epsilon) {
    const scale = (low + high) / 2;
    const patches = (side(scale, height) / patchSize) * (side(scale, width) / patchSize);
    if (patches <= maxPatches) low = scale;
    else high = scale;
  }
  return { width: side(low, width), height: side(low, height) };
}
