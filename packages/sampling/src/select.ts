let scratch: Float64Array | undefined;

/** The last entry of a selection: its distance from the origin, and its index. */
export interface SelectionEnd {
  readonly distance: number;
  readonly id: number;
}

/**
 * Visits `values` [vocab] in order of their distance from `origin` (ties by lowest index) and adds up `unnormalized`
 * [vocab]. Returns the entry at which the sum first reaches `limit`, or the last one nearer than `reach` if it never
 * does.
 *
 * It sorts only one bin: a histogram of `unnormalized` over the distance says in which of 2048 bins the limit is
 * reached.
 */
export function selectNearest(
  values: Float32Array,
  origin: number,
  reach: number,
  unnormalized: Float64Array,
  limit: number,
): SelectionEnd {
  scratch ??= new Float64Array(2048);
  const bins = scratch.fill(0);
  const perUnit = 2048 / reach;
  for (let id = 0; id < values.length; id++) {
    const position = Math.abs(values[id]! - origin) * perUnit;
    if (position < 2048) bins[position | 0]! += unnormalized[id]!;
  }
  let bin = 0;
  let sum = 0;
  for (let next = 0; next < 2048 && !(sum >= limit); next++) {
    if (bins[next]! > 0) {
      bin = next;
      sum += bins[next]!;
    }
  }
  const candidates: number[] = [];
  for (let id = 0; id < values.length; id++) {
    const position = Math.abs(values[id]! - origin) * perUnit;
    if (position >= bin && position < bin + 1) candidates.push(id);
  }
  return selectWithinBin(candidates, values, origin, unnormalized, limit - sum + bins[bin]!);
}

/** A function of its own: the loops of `selectNearest` are faster when no closure captures their variables. */
function selectWithinBin(
  ids: number[],
  values: Float32Array,
  origin: number,
  unnormalized: Float64Array,
  limit: number,
): SelectionEnd {
  const distance = (id: number): number => Math.abs(values[id]! - origin);
  ids.sort((a, b) => distance(a) - distance(b) || a - b);
  let sum = 0;
  const id = ids.find(id => (sum += unnormalized[id]!) >= limit) ?? ids.at(-1)!;
  return { distance: distance(id), id };
}

/** The indices of the `count` largest values [vocab], largest first, ties by lowest index; uses a heap. */
export function topIndices(values: Float32Array, count: number): number[] {
  if (count === 0) return [];
  const heap = Array.from(values.subarray(0, count), (_, id) => id);
  const isWorse = (a: number, b: number): boolean => values[a]! < values[b]! || (values[a] === values[b] && a > b);
  const sink = (at: number): void => {
    for (let child = 2 * at + 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && isWorse(heap[child + 1]!, heap[child]!)) child++;
      if (!isWorse(heap[child]!, heap[at]!)) return;
      [heap[at], heap[child]] = [heap[child]!, heap[at]!];
      at = child;
    }
  };
  for (let at = heap.length >> 1; at-- > 0; ) sink(at);
  let least = values[heap[0]!]!;
  for (let id = count; id < values.length; id++) {
    if (values[id]! > least) {
      heap[0] = id;
      sink(0);
      least = values[heap[0]]!;
    }
  }
  return heap.sort((a, b) => values[b]! - values[a]! || a - b);
}
