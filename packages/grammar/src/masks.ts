import { type Automaton, dead, unknown } from './automaton.js';
import type { Vocabulary } from './vocabulary.js';

/** A bit for each token, 32 in a word, low bits first: 1 if it may come next. */
export type Mask = Uint32Array;

/** The masks of states, made when they are first asked for, the most recent of them kept up to `maxBytes`. */
export class Masks {
  private readonly cache = new Map<number, Mask>();
  private readonly states: Int32Array;

  constructor(
    private readonly automaton: Automaton,
    private readonly vocabulary: Vocabulary,
    private readonly maxBytes: number,
  ) {
    this.states = new Int32Array(vocabulary.maxLength + 1);
  }

  /** The tokens whose bytes lead on from a state. */
  of(state: number): Mask {
    const canonical = this.automaton.canonical(state, this.vocabulary.maxLength);
    let mask = this.cache.get(canonical);
    if (mask) this.cache.delete(canonical);
    else mask = this.compute(canonical);
    this.cache.set(canonical, mask); // as the most recent
    if (this.cache.size * mask.byteLength > this.maxBytes) this.cache.delete(this.cache.keys().next().value!);
    return mask;
  }

  clear(): void {
    this.cache.clear();
  }

  /** Walks all tokens at once: a byte that leads nowhere leaves out all tokens that go on with it. */
  private compute(state: number): Mask {
    const { automaton, states } = this;
    const { tokens, bytes, depths, ends, ids, twins } = this.vocabulary;
    const { classes, classCount } = automaton;
    const mask = new Uint32Array(Math.ceil(tokens.length / 32));
    let { table } = automaton;
    states[0] = state;
    for (let node = 0; node < bytes.length; ) {
      const depth = depths[node]!;
      const before = states[depth - 1]!;
      const byteClass = classes[bytes[node]!]!;
      let next = table[before * classCount + byteClass]!;
      if (next === unknown) {
        next = automaton.advance(before, byteClass);
        table = automaton.table;
      }
      if (next === dead) {
        node = ends[node]!;
        continue;
      }
      states[depth] = next;
      for (let id = ids[node]!; id >= 0; id = twins[id]!) mask[id >> 5]! |= 1 << (id & 31);
      node++;
    }
    return mask;
  }
}
