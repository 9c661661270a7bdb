/**
 * How a table over a grid is resized, with half-pixel centres: cubic with a = -0.75 or linear, each point from its
 * neighbours; or the same widened where the grid shrinks (`Antialiased`), cubic with a = -0.5, as in Pillow.
 */
export type ResizeMethod = 'bicubic' | 'bicubicAntialiased' | 'bilinear' | 'bilinearAntialiased';

/**
 * The weights by which `from` entries become `to` entries, row-major [to, from]; every row sums to 1. They are those of
 * `torch.nn.functional.interpolate` along one axis (cubic convolution: Keys 1981).
 */
export function resizeWeights(from: number, to: number, method: ResizeMethod): Float32Array {
  const weights = new Float32Array(to * from);
  const antialiased = method.endsWith('Antialiased');
  const scale = from / to;
  const filter = filters[method];
  for (let i = 0; i < to; i++) {
    const row = weights.subarray(i * from, (i + 1) * from);
    const taps = antialiased ? widenedTaps(i, { scale, from, ...filter }) : neighbours(i, { scale, from, ...filter });
    const total = taps.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [index, weight] of taps) row[index]! += weight / total;
  }
  return weights;
}

type Tap = readonly [index: number, weight: number];

interface Filter {
  /** The filter by distance. */
  readonly at: (distance: number) => number;
  /** It is 0 from this distance on. */
  readonly reach: number;
}

interface FilterSettings extends Filter {
  readonly scale: number;
  readonly from: number;
}

const clamp = (index: number, from: number) => Math.min(Math.max(index, 0), from - 1);

/** The entries around the centre of entry i; those outside are the nearest inside. */
function neighbours(i: number, { scale, from, at, reach }: FilterSettings): Tap[] {
  const exact = scale * (i + 0.5) - 0.5;
  const centre = reach === 1 ? Math.max(exact, 0) : exact;
  const first = Math.floor(centre);
  return Array.from({ length: 2 * reach }, (_, k) => {
    const index = first - reach + 1 + k;
    return [clamp(index, from), at(Math.abs(index - centre))];
  });
}

/** The entries under the filter, which is widened by the scale where the grid shrinks. */
function widenedTaps(i: number, { scale, from, at, reach }: FilterSettings): Tap[] {
  const widening = Math.max(scale, 1);
  const centre = scale * (i + 0.5);
  const start = Math.max(Math.trunc(centre - reach * widening + 0.5), 0);
  const end = Math.min(Math.trunc(centre + reach * widening + 0.5), from);
  return Array.from({ length: end - start }, (_, k) => {
    return [start + k, at(Math.abs((start + k - centre + 0.5) / widening))];
  });
}

const linearFilter: Filter = { at: distance => Math.max(1 - distance, 0), reach: 1 };

const cubicFilter = (a: number): Filter => ({
  reach: 2,
  at: x => {
    if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
    return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
  },
});

const filters: Readonly<Record<ResizeMethod, Filter>> = {
  bicubic: /* @__PURE__ */ cubicFilter(-0.75),
  bicubicAntialiased: /* @__PURE__ */ cubicFilter(-0.5),
  bilinear: linearFilter,
  bilinearAntialiased: linearFilter,
};
