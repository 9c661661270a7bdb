import { appendEdge, type Dfa, type Edge, trim } from './dfa.js';
import { spend } from './effort.js';

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
    spend(list.length);
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
    spend(list.length);
    const escapes: Escape[] = [];
    for (const [left, [low, high, mark]] of lengths.entries()) {
      const items: Item[] = [];
      for (const { from, to, state: target } of list) {
        const [first, last] = [Math.max(from, low), Math.min(to, high)];
        if (first > last) continue;
        if (!json || left > 0) items.push([first, last, target]);
        else {
          for (let code = first; code <= last; code++) {
            const isEscaped = code < 0x20 || code === 0x22 || code === 0x5c;
            if (isEscaped) escapes.push([JSON.stringify(String.fromCharCode(code)).slice(1, -1), target]);
            else {
              // Up to the next one that is escaped.
              const end = Math.min(last, code < 0x22 ? 0x21 : code < 0x5c ? 0x5b : 0x7f);
              items.push([code, end, target]);
              code = end;
            }
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
  escapes: readonly Escape[],
  addState: (key: string, fill: (list: Edge[]) => void) => number,
): void {
  const key = escapes.join(' ');
  /** Adds the edges of escapes that are the same before an index. */
  const fill = (list: Edge[], same: readonly Escape[], at: number): void => {
    for (let first = 0; first < same.length; ) {
      const [text, target] = same[first]!;
      let end = first + 1;
      while (end < same.length && same[end]![0][at] === text[at]) end++;
      const code = text.charCodeAt(at);
      const inner = same.slice(first, end);
      const next =
        at + 1 === text.length
          ? target
          : addState(`${text.slice(0, at + 1)} of ${key}`, own => fill(own, inner, at + 1));
      appendEdge(list, code, code, next);
      first = end;
    }
  };
  fill(
    edges[state]!,
    [...escapes].sort(([a], [b]) => (a < b ? -1 : 1)),
    0,
  );
}

/** How a code point is written, and the state after it. */
type Escape = readonly [text: string, state: number];
