/** A row with how well it fits: larger is better. */
export interface Ranked {
  readonly row: number;
  readonly value: number;
}

/** Keeps the best of what is offered, when each value is known within bounds and can be computed exactly. */
export interface Selection {
  /** What a row's upper bound must reach to be among the best. */
  readonly bar: number;
  /** A row whose value lies from `low` to `high`. */
  offer(row: number, low: number, high: number): void;
  /** The best by their exact values, best first; of equals the earlier row comes first. */
  best(exact: (row: number) => number): Ranked[];
}

/**
 * The `top` best without sorting everything: a heap holds the best lower bounds, whoever cannot reach the least of them is forgotten, and only what is left in
 * the end is computed exactly.
 */
export function selection(top: number): Selection {
  const heap: number[] = []; // of lower bounds, the least first
  let rows: number[] = [];
  let highs: number[] = [];
  const bar = () => (heap.length < top ? Number.NEGATIVE_INFINITY : heap[0]!);
  const forget = () => {
    const least = bar();
    const kept = rows.map((_, i) => i).filter(i => highs[i]! >= least);
    [rows, highs] = [kept.map(i => rows[i]!), kept.map(i => highs[i]!)];
  };
  return {
    get bar() {
      return bar();
    },
    offer: (row, low, high) => {
      if (top === 0 || high < bar()) return;
      rows.push(row);
      highs.push(high);
      if (heap.length < top) rise(heap, low);
      else if (low > heap[0]!) sink(heap, low);
      if (rows.length > 4 * top + 1000) forget();
    },
    best: exact => {
      forget();
      const ranked = rows.map(row => ({ row, value: exact(row) }));
      return ranked.sort((a, b) => b.value - a.value || a.row - b.row).slice(0, top);
    },
  };
}

/** Adds a value to a heap whose least value comes first. */
function rise(heap: number[], value: number): void {
  let at = heap.push(value) - 1;
  for (let parent = (at - 1) >> 1; at > 0 && heap[parent]! > value; at = parent, parent = (at - 1) >> 1)
    heap[at] = heap[parent]!;
  heap[at] = value;
}

/** Replaces the least value of a heap. */
function sink(heap: number[], value: number): void {
  let at = 0;
  for (let child = 1; child < heap.length; at = child, child = 2 * at + 1) {
    if (child + 1 < heap.length && heap[child + 1]! < heap[child]!) child++;
    if (heap[child]! >= value) break;
    heap[at] = heap[child]!;
  }
  heap[at] = value;
}
