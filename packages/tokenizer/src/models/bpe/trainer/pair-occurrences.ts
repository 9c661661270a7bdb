import { grown } from '../../grown.js';

const none = -1;

/** A list of positions for each pair, by the pair's number. */
export class PairOccurrences {
  /** By pair: the first and the last node of the list, and its length. */
  readonly #firsts: number[] = [];
  readonly #lasts: number[] = [];
  readonly #sizes: number[] = [];
  /** A node is a position and the next node, side by side. */
  #nodes = new Int32Array(1 << 10);
  #used = 0;
  #free = none;

  add(pair: number, position: number): void {
    for (let size = this.#sizes.length; size <= pair; size++) this.#sizes.push(0);
    const node = this.#node(position);
    if (this.#sizes[pair]!++ === 0) this.#firsts[pair] = node;
    else this.#nodes[this.#lasts[pair]! + 1] = node;
    this.#lasts[pair] = node;
  }

  /** Removes and returns the positions of a pair in ascending order. */
  take(pair: number): Int32Array {
    const positions = new Int32Array(this.#sizes[pair] ?? 0);
    if (positions.length === 0) return positions;
    const first = this.#firsts[pair]!;
    let isSorted = true;
    let node = first;
    for (let index = 0; index < positions.length; index++, node = this.#nodes[node + 1]!) {
      positions[index] = this.#nodes[node]!;
      isSorted &&= index === 0 || positions[index - 1]! < positions[index]!;
    }
    this.#nodes[this.#lasts[pair]! + 1] = this.#free;
    this.#free = first;
    this.#sizes[pair] = 0;
    return isSorted ? positions : positions.sort();
  }

  #node(position: number): number {
    let node = this.#free;
    if (node !== none) this.#free = this.#nodes[node + 1]!;
    else {
      node = this.#used;
      this.#used += 2;
      if (this.#used > this.#nodes.length) {
        this.#nodes = grown(this.#nodes, this.#nodes.length * 2);
      }
    }
    this.#nodes[node] = position;
    return node;
  }
}
