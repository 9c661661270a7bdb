/** The root of a trie. */
export const root = 1;
/** No node. */
const none = -1;
/**
 * The initial number of slots per token (a token has two or three nodes of its own), and the load above which the table
 * is enlarged.
 */
const slotsPerToken = 4;
const maxLoadFactor = 5 / 8;

/** A tree of tokens by their UTF-16 units. One walk finds all tokens that start at an index. */
export interface Trie {
  /** The child of a node for a unit; negative if there is none or if the node is negative. */
  step(node: number, unit: number): number;
  /** The last node on the path of `units[from, to)` from a node that ends a token; negative if there is none. */
  longestMatch(node: number, units: Uint16Array, from: number, to: number): number;
  /** The id of the token that ends at a node; negative if none does. */
  idAt(node: number): number;
  /** The number of units from the root to a node. */
  depthOf(node: number): number;
}

/** Builds a trie of tokens. */
export function trieOf(entries: Iterable<readonly [token: string, id: number]>): Trie {
  const tokens = Array.from(entries);
  let bits = 4;
  while (2 ** bits < slotsPerToken * tokens.length) bits++;
  let trie = hashTrie(tokens, bits);
  while (!trie) trie = hashTrie(tokens, ++bits);
  return trie;
}

/**
 * A trie as a hash table with capacity for 2 ^ `bits` nodes; undefined if the load would exceed `maxLoadFactor`. It
 * consists of small functions without `this`. Inserting the tokens already calls `step`, so engines compile it before
 * the first text.
 */
function hashTrie(tokens: readonly (readonly [token: string, id: number])[], bits: number): Trie | undefined {
  /**
   * Per node: its parent (`none` for a free slot), its unit, its id and its depth. A node is identified by its slot.
   */
  const nodes = new Int32Array(4 << bits).fill(none);
  const wrap = nodes.length - 1;
  let capacity = Math.floor(maxLoadFactor * 2 ** bits);

  /** The slot of the child of a node for a unit, whether it exists or not. */
  const slotOf = (node: number, unit: number) => {
    let at = ((Math.imul(node, 0x9e3779b1) + Math.imul(unit, 0x85ebca6b)) >>> (32 - bits)) << 2;
    while (nodes[at] !== none && (nodes[at] !== node || nodes[at + 1] !== unit)) at = (at + 4) & wrap;
    return at;
  };
  const step = (node: number, unit: number) => {
    const at = slotOf(node, unit);
    return nodes[at] === none ? none : at;
  };
  const grow = (node: number, unit: number, depth: number) => {
    const at = slotOf(node, unit);
    nodes[at] = node;
    nodes[at + 1] = unit;
    nodes[at + 3] = depth;
    capacity--;
    return at;
  };
  const add = (token: string, id: number) => {
    let node = root;
    let depth = 0;
    for (; depth < token.length; depth++) {
      const next = step(node, token.charCodeAt(depth));
      if (next === none) break;
      node = next;
    }
    while (depth < token.length && capacity > 0) node = grow(node, token.charCodeAt(depth++), depth);
    if (node !== root) nodes[node + 2] = id;
  };
  for (const [token, id] of tokens) add(token, id);
  if (capacity === 0) return undefined;

  return {
    step,
    longestMatch(node, units, from, to) {
      let match = none;
      for (let at = from; at < to; ) {
        node = step(node, units[at++]!);
        if (node === none) break;
        if (nodes[node + 2]! >= 0) match = node;
      }
      return match;
    },
    idAt: node => nodes[node + 2]!,
    depthOf: node => nodes[node + 3]!,
  };
}

/** The length in units of the longest token at the start of `text[at, end)`; 0 if there is none. */
export function longestMatchLength(trie: Trie | undefined, text: string, at: number, end: number): number {
  if (!trie) return 0;
  let size = 0;
  for (let node = root; at < end && node >= 0; ) {
    node = trie.step(node, text.charCodeAt(at++));
    if (node >= 0 && trie.idAt(node) >= 0) size = trie.depthOf(node);
  }
  return size;
}
