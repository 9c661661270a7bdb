/**
 * The tokens of a tokenizer as a trie of their bytes, in depth-first order. A node is a byte; the nodes below it follow
 * it directly, up to `ends`.
 */
export interface Vocabulary {
  /** By id: the bytes that the token adds to a text; undefined for one that is no text, such as a special token. */
  readonly tokens: readonly (Uint8Array | undefined)[];
  /** By node: its byte. */
  readonly bytes: Uint8Array;
  /** By node: how many bytes lead to it, itself included. */
  readonly depths: Uint16Array;
  /** By node: the first node after those below it. */
  readonly ends: Int32Array;
  /** By node: a token that ends there; -1 if none does. */
  readonly ids: Int32Array;
  /** By token: the next token of the same bytes; -1 if there is none. */
  readonly twins: Int32Array;
  /** The most bytes of a token. */
  readonly maxLength: number;
  /** By byte: 1 if a token holds it. */
  readonly isWritable: Uint8Array;
}

/** The vocabulary of the bytes of each token; tokens without bytes are never written. */
export function vocabularyOf(tokens: readonly (Uint8Array | undefined)[]): Vocabulary {
  const texts: [text: string, id: number][] = [];
  for (const [id, bytes] of tokens.entries())
    if (bytes && bytes.length > 0 && bytes.length < 0xffff) texts.push([latin1(bytes), id]);
  texts.sort(([a, i], [b, j]) => (a < b ? -1 : a > b ? 1 : i - j));
  const [bytes, depths, ids]: [number[], number[], number[]] = [[], [], []];
  const twins = new Int32Array(tokens.length).fill(-1);
  const isWritable = new Uint8Array(256);
  let last = '';
  let maxLength = 1;
  for (const [text, id] of texts) {
    maxLength = Math.max(maxLength, text.length);
    if (text === last) {
      twins[id] = ids.at(-1)!;
      ids[ids.length - 1] = id;
      continue;
    }
    let shared = 0;
    while (shared < last.length && last.charCodeAt(shared) === text.charCodeAt(shared)) shared++;
    for (let at = shared; at < text.length; at++) {
      const byte = text.charCodeAt(at);
      isWritable[byte] = 1;
      bytes.push(byte);
      depths.push(at + 1);
      ids.push(-1);
    }
    ids[ids.length - 1] = id;
    last = text;
  }
  return {
    tokens,
    bytes: Uint8Array.from(bytes),
    depths: Uint16Array.from(depths),
    ends: endsOf(depths),
    ids: Int32Array.from(ids),
    twins,
    maxLength,
    isWritable,
  };
}

const latin1 = (bytes: Uint8Array): string => {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
};

/** For each node, the first later node that is not below it. */
function endsOf(depths: readonly number[]): Int32Array {
  const ends = new Int32Array(depths.length);
  const open: number[] = [];
  for (let node = 0; node <= depths.length; node++) {
    while (open.length > 0 && depths[open.at(-1)!]! >= (depths[node] ?? 0)) ends[open.pop()!] = node;
    open.push(node);
  }
  return ends;
}
