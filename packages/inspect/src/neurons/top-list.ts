/** An item with the number by which it is ranked. */
export interface Ranked<Item> {
  readonly value: number;
  readonly item: Item;
}

/**
 * The items of the largest values seen so far, at most `capacity` (1 or more) of them, as a binary heap with the
 * smallest on top.
 * Of equal values the earlier item stays.
 */
export class TopList<Item> {
  private readonly heap: { value: number; order: number; item: Item }[] = [];
  private readonly capacity: number;
  private count = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** Whether an item of this value would enter the list. */
  accepts(value: number): boolean {
    return this.heap.length < this.capacity ? !Number.isNaN(value) : value > this.heap[0]!.value;
  }

  /** Adds an item if the list accepts it. */
  add(value: number, item: Item): void {
    if (!this.accepts(value)) return;
    const entry = { value, order: this.count++, item };
    if (this.heap.length < this.capacity) this.rise(this.heap.push(entry) - 1);
    else {
      this.heap[0] = entry;
      this.sink();
    }
  }

  /** The items, the largest value first. */
  sorted(): Ranked<Item>[] {
    const entries = [...this.heap].sort((a, b) => b.value - a.value || a.order - b.order);
    return entries.map(({ value, item }) => ({ value, item }));
  }

  /** Whether the entry at index a is to leave before that at b. */
  private isBefore(a: number, b: number): boolean {
    const [first, second] = [this.heap[a]!, this.heap[b]!];
    return first.value < second.value || (first.value === second.value && first.order > second.order);
  }

  private rise(index: number): void {
    for (let parent = (index - 1) >> 1; index > 0 && this.isBefore(index, parent); parent = (index - 1) >> 1) {
      this.swap(index, parent);
      index = parent;
    }
  }

  private sink(): void {
    for (let index = 0; ; ) {
      const children = [2 * index + 1, 2 * index + 2].filter(child => child < this.heap.length);
      const next = children.reduce((least, child) => (this.isBefore(child, least) ? child : least), index);
      if (next === index) return;
      this.swap(index, next);
      index = next;
    }
  }

  private swap(a: number, b: number): void {
    [this.heap[a], this.heap[b]] = [this.heap[b]!, this.heap[a]!];
  }
}

/** The indices of the `count` largest values, the largest first; of equal values the lower index. */
export function topIndices(values: ArrayLike<number>, count: number): number[] {
  const top = new TopList<number>(count);
  for (let i = 0; i < values.length; i++) top.add(values[i]!, i);
  return top.sorted().map(({ item }) => item);
}
