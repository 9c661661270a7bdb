/** A row with its value; larger is better. */
export interface RankedRow {
  readonly row: number;
  readonly value: number;
}

/** Selects the best rows when values are known within bounds and can be computed exactly. */
export interface Selection {
  /** The lowest upper bound that can be among the best. */
  readonly threshold: number;
  /** Adds a row whose value is between `low` and `high`. */
  add(row: number, low: number, high: number): void;
  /** The best rows by exact value, best first; equal rows in row order. */
  ranked(exact: (row: number) => number): RankedRow[];
}

/**
 * Selects the `topN` best without sorting all rows. A heap keeps the best lower bounds, rows that cannot reach its
 * minimum are dropped, and only the remaining rows are computed exactly.
 */
export function topSelection(topN: number): Selection {
  const heap: number[] = []; // the best lower bounds
  let rows: number[] = [];
  let highs: number[] = [];
  const threshold = () => (heap.length < topN ? Number.NEGATIVE_INFINITY : heap[0]!);
  const prune = () => {
    const minimum = threshold();
    const remaining = rows.map((_, i) => i).filter(i => highs[i]! >= minimum);
    [rows, highs] = [remaining.map(i => rows[i]!), remaining.map(i => highs[i]!)];
  };
  return {
    get threshold() {
      return threshold();
    },
    add: (row, low, high) => {
      if (topN === 0 || high < threshold()) return;
      rows.push(row);
      highs.push(high);
      if (heap.length < topN) heapPush(heap, low);
      else if (low > heap[0]!) heapReplaceMin(heap, low);
      if (rows.length > 4 * topN + 1000) prune();
    },
    ranked: exact => {
      prune();
      const ranked = rows.map(row => ({ row, value: exact(row) }));
      return ranked.sort((a, b) => b.value - a.value || a.row - b.row).slice(0, topN);
    },
  };
}

/** Adds a value to a min-heap. */
function heapPush(heap: number[], value: number): void {
  let at = heap.push(value) - 1;
  for (let parent = (at - 1) >> 1; at > 0 && heap[parent]! > value; at = parent, parent = (at - 1) >> 1)
    heap[at] = heap[parent]!;
  heap[at] = value;
}

/** Replaces the minimum of a heap. */
function heapReplaceMin(heap: number[], value: number): void {
  let at = 0;
  for (let child = 1; child < heap.length; at = child, child = 2 * at + 1) {
    if (child + 1 < heap.length && heap[child + 1]! < heap[child]!) child++;
    if (heap[child]! >= value) break;
    heap[at] = heap[child]!;
  }
  heap[at] = value;
}
