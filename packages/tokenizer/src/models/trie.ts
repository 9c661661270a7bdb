import { PairTable } from './pair-table.js';

/** The root of a trie. */
export const root = 0;

/** A tree of tokens by their UTF-16 units: finds all tokens that begin at a place in one walk. */
export class Trie {
  readonly #branches = new PairTable();
  readonly #ids: number[] = [-1];

  constructor(tokens: Iterable<readonly [token: string, id: number]>) {
    for (const [token, id] of tokens) {
      let node = root;
      for (let index = 0; index < token.length; index++) {
        const unit = token.charCodeAt(index);
        let next = this.step(node, unit);
        if (next < 0) {
          next = this.#ids.push(-1) - 1;
          this.#branches.set(node, unit, next, 0);
        }
        node = next;
      }
      this.#ids[node] = id;
    }
  }

  /** The node that a unit leads to; -1 if there is none. */
  step(node: number, unit: number): number {
    const found = this.#branches.find(node, unit);
    return found < 0 ? -1 : this.#branches.first(found);
  }

  /** How many units the longest token has with which `text` begins at `at`; 0 if it begins with none. */
  longest(text: string, at: number, end: number): number {
    let longest = 0;
    for (let node = root, to = at; to < end; ) {
      node = this.step(node, text.charCodeAt(to++));
      if (node < 0) break;
      if (this.#ids[node]! >= 0) longest = to - at;
    }
    return longest;
  }

  /** The id of the token that ends at a node; -1 if none does. */
  idAt(node: number): number {
    return this.#ids[node]!;
  }
}
