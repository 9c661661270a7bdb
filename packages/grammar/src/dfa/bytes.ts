import { appendEdge, type Dfa, dfaOf, type Edge, trim } from './dfa.js';

/** Code points `from` to `to` of one length in UTF-8, less the bits of the bytes before, lead to `state`. */
type Item = readonly [from: number, to: number, state: number];

/** The ranges of code points of 1, 2, 3 and 4 bytes, and the first byte without the bits of the code point. */
const lengths = [
  [0, 0x7f, 0],
  [0x80, 0x7ff, 0xc0],
  [0x800, 0xffff, 0xe0],
  [0x10000, 0x10ffff, 0xf0],
] as const;

/**
 * The automaton over UTF-8 bytes of an automaton over code points. With `json`, its texts are written as between the
 * quotes of a JSON string: `"`, `\` and code points below U+0020 as JSON.stringify escapes them, all others as they
 * are.
 */
export function toBytes(dfa: Dfa, { json = false } = {}): Dfa {
  const known = json ? inStrings.get(dfa) : undefined;
  if (known) return known;
  const result = encode(dfa, json);
  if (json) inStrings.set(dfa, result);
  return result;
}

/** The automata that were written as in JSON strings before. */
const inStrings = /*#__PURE__*/ new WeakMap<Dfa, Dfa>();

function encode(dfa: Dfa, json: boolean): Dfa {
  const accepts = [...dfa.accepts];
  const edges: Edge[][] = dfa.edges.map(() => []);
  const intermediate = new Map<string, number>();
  const addState = (key: string, fill: (list: Edge[]) => void): number => {
    const known = intermediate.get(key);
    if (known !== undefined) return known;
    const list: Edge[] = [];
    const state = edges.push(list) - 1;
    accepts.push(false);
    intermediate.set(key, state);
    fill(list);
    return state;
  };

  /** Adds the edges of the items, which have `left` more bytes after the next. */
  const split = (list: Edge[], items: readonly Item[], left: number, mark: number): void => {
    if (left === 0) {
      for (const [from, to, state] of items) appendEdge(list, mark + from, mark + to, state);
      return;
    }
    const shift = 6 * left;
    const inner = 2 ** shift - 1; // the largest number of the bytes after the next
    const parts: { readonly first: number; readonly last: number; readonly items: Item[] }[] = [];
    const add = (first: number, last: number, item: Item) => {
      const before = parts.at(-1);
      if (before?.last === first && last === first) before.items.push(item);
      else parts.push({ first, last, items: [item] });
    };
    for (const [from, to, state] of items) {
      const [first, last] = [from >> shift, to >> shift];
      const [low, high] = [from & inner, to & inner];
      if (first === last) add(first, last, [low, high, state]);
      else {
        // The first and the last byte may have only some of the bytes after them; those between have all.
        const [full, end] = [low === 0 ? first : first + 1, high === inner ? last : last - 1];
        if (full > first) add(first, first, [low, inner, state]);
        if (full <= end) add(full, end, [0, inner, state]);
        if (end < last) add(last, last, [0, high, state]);
      }
    }
    for (const { first, last, items: part } of parts) {
      const next = addState(`${left} ${part}`, inside => split(inside, part, left - 1, 0x80));
      appendEdge(list, mark + first, mark + last, next);
    }
  };

  for (const [state, list] of dfa.edges.entries()) {
    const escapes: [text: string, state: number][] = [];
    for (const [left, [low, high, mark]] of lengths.entries()) {
      const items: Item[] = [];
      for (const { from, to, state: target } of list) {
        const [first, last] = [Math.max(from, low), Math.min(to, high)];
        if (first > last) continue;
        if (!json || left > 0) items.push([first, last, target]);
        else {
          for (let code = first; code <= last; code++) {
            const text = JSON.stringify(String.fromCharCode(code)).slice(1, -1);
            if (text.length > 1) escapes.push([text, target]);
            else items.push([code, code, target]);
          }
        }
      }
      split(edges[state]!, items, left, mark);
    }
    if (escapes.length > 0) addEscapes(edges, state, escapes, addState);
  }
  for (const list of edges) list.sort((a, b) => a.from - b.from);
  return trim({ accepts, edges });
}

/** Adds a trie of the escapes to the edges of a state; states with the same escapes share it. */
function addEscapes(
  edges: Edge[][],
  state: number,
  escapes: readonly (readonly [text: string, state: number])[],
  addState: (key: string, fill: (list: Edge[]) => void) => number,
): void {
  const trie = dfaOf(escapes.map(([text]) => Array.from(text.slice(1), char => char.charCodeAt(0))));
  const targetOf = (path: string) => escapes.find(([text]) => text.slice(1) === path)?.[1];
  const build = (node: number, path: string): number =>
    targetOf(path) ??
    addState(`escapes ${path} ${escapes}`, list => {
      for (const { from, state: next } of trie.edges[node]!)
        appendEdge(list, from, from, build(next, path + String.fromCharCode(from)));
    });
  edges[state]!.push({ from: 0x5c, to: 0x5c, state: build(0, '') });
}
