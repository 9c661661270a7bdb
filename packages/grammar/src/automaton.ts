import type { Analysis } from './analysis.js';
import { Closure, type Configurations } from './closure.js';
import type { Node } from './node.js';
import { type Program, programOf } from './program.js';
import { endOfText, Stacks } from './stacks.js';

/** The state that no byte leaves. */
export const dead = 0;
/** The state of the empty text. */
export const start = 1;
/** A transition that is not known yet. */
export const unknown = -1;

/** The most frames from the top of a stack whose counts may be the same for a mask. */
const maxShared = 200;

/**
 * Reads the texts of a grammar byte by byte. A state is the set of all ways to read the text so far, each a state of a
 * terminal and a set of stacks; states are numbered and made when they are first reached, and so are the transitions
 * between them. From each state some text leads to the end.
 */
export class Automaton {
  /** By byte: its class; bytes that no terminal distinguishes are in one. */
  readonly classes: Uint8Array;
  readonly classCount: number;
  /** By state and class: the next state, or `unknown`. */
  table: Int32Array;
  private readonly program: Program;
  private stacks = new Stacks();
  private configurations: Configurations[] = [];
  private complete: boolean[] = [];
  private numbers = new Map<string, number>();
  private canonicalStates = new Map<number, number>();

  /**
   * `isWritable` says by byte whether texts may hold it. The root must be productive with these, as `analysis` says,
   * which is made of both.
   */
  constructor(root: Node, isWritable: Uint8Array, analysis?: Analysis) {
    this.program = programOf(root, isWritable, analysis);
    this.classes = this.program.classes;
    this.classCount = this.program.classCount;
    this.table = new Int32Array(0);
    this.reset();
  }

  /** The number of states so far. */
  get size(): number {
    return this.configurations.length;
  }

  /** About how many bytes the states take. */
  get byteLength(): number {
    return this.table.byteLength + this.size * 200 + this.stacks.size * 100;
  }

  /** Forgets all states but the first two. */
  reset(): void {
    this.stacks = new Stacks();
    this.numbers = new Map();
    this.canonicalStates = new Map();
    this.configurations = [];
    this.complete = [];
    this.table = new Int32Array(64 * this.classCount);
    this.number([], false);
    const { root, nodes } = this.program;
    const closure = new Closure(this.program, this.stacks);
    closure.enter(root, endOfText);
    this.number(closure.configurations(), nodes[root]!.isNullable);
  }

  /** Whether the text may end in a state. */
  isComplete(state: number): boolean {
    return this.complete[state]!;
  }

  /** Whether nothing but the end can follow. */
  isOver(state: number): boolean {
    return this.configurations[state]!.length === 0;
  }

  /** The state after a byte; `dead` if no text goes on with it. */
  next(state: number, byte: number): number {
    const next = this.table[state * this.classCount + this.classes[byte]!]!;
    return next === unknown ? this.advance(state, this.classes[byte]!) : next;
  }

  /** Finds the state after a byte of a class. */
  advance(state: number, byteClass: number): number {
    const { steps, accepts } = this.program;
    const configurations = this.configurations[state]!;
    const closure = new Closure(this.program, this.stacks);
    const left: number[] = [];
    for (let i = 0; i < configurations.length; i += 2) {
      const next = steps[configurations[i]! * this.classCount + byteClass]!;
      if (next < 0) continue;
      const set = configurations[i + 1]!;
      if ((accepts[next]! & 2) !== 0) closure.reach(next, set);
      if ((accepts[next]! & 1) !== 0) left.push(set);
    }
    if (left.length > 0) closure.leave(left);
    const number = this.number(closure.configurations(), closure.isComplete);
    this.table[state * this.classCount + byteClass] = number;
    return number;
  }

  /** The state after some bytes. */
  read(state: number, bytes: Uint8Array): number {
    for (let i = 0; i < bytes.length && state !== dead; i++) state = this.next(state, bytes[i]!);
    return state;
  }

  /**
   * A state from which the same texts of at most `length` bytes, less than 65536, lead on: counts of repetitions that
   * such a text cannot bring to their bounds are the same.
   */
  canonical(state: number, length: number): number {
    const key = state * 0x10000 + length;
    const known = this.canonicalStates.get(key);
    if (known !== undefined) return known;
    const sets = new Map<number, number>();
    const configurations = this.configurations[state]!.map((value, i) =>
      i % 2 === 0 ? value : this.canonicalSet(value, length, maxShared, sets),
    );
    const number = this.number(configurations, this.complete[state]!);
    this.canonicalStates.set(key, number);
    return number;
  }

  private canonicalSet(set: number, length: number, left: number, known: Map<number, number>): number {
    if (set === endOfText || left === 0) return set;
    const key = set * maxShared + left - 1;
    const made = known.get(key);
    if (made !== undefined) return made;
    const { frames, nodes, counts, parents } = this.stacks;
    const result = this.stacks.unite(
      frames[set]!.map(frame => {
        if (frame === 0) return endOfText;
        const node = this.program.nodes[nodes[frame]!]!;
        let count = counts[frame]!;
        if (node.kind === 'repeat' && node.max - count > length + 1) {
          if (node.min - count > length + 1) count = 0;
          else if (count > node.min) count = node.min;
        }
        return this.stacks.push(nodes[frame]!, count, this.canonicalSet(parents[frame]!, length, left - 1, known));
      }),
    );
    known.set(key, result);
    return result;
  }

  /** The number of a state; `dead` for one that nothing can follow and that is no end. */
  private number(configurations: Configurations, isComplete: boolean): number {
    const key = `${isComplete ? '!' : ''}${configurations}`;
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    const number = this.configurations.push(configurations) - 1;
    this.complete.push(isComplete);
    this.numbers.set(key, number);
    const needed = (number + 1) * this.classCount;
    if (needed > this.table.length) {
      const larger = new Int32Array(this.table.length * 2);
      larger.set(this.table);
      this.table = larger;
    }
    this.table.fill(number === dead ? dead : unknown, needed - this.classCount, needed);
    return number;
  }
}
