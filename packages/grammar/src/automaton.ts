import { analyse } from './analysis.js';
import { type Dfa, liveStates } from './dfa/dfa.js';
import type { Node } from './node.js';
import { Stacks } from './stacks.js';

/** The state that no byte leaves. */
export const dead = 0;
/** The state of the empty text. */
export const start = 1;
/** A transition that is not known yet. */
export const unknown = -1;

/** Alternating: the number of a state of a terminal, and the stack of what follows the terminal. Sorted. */
type Configurations = readonly number[];

/** A node with numbers in place of nodes. */
type Compiled =
  | { readonly kind: 'terminal'; readonly first: number }
  | { readonly kind: 'sequence'; readonly parts: readonly number[] }
  | { readonly kind: 'choice'; readonly options: readonly number[] }
  | {
      readonly kind: 'repeat';
      readonly body: number;
      readonly min: number;
      readonly max: number;
      readonly isExact: boolean;
    };

/**
 * Reads the texts of a grammar byte by byte. A state is the set of all ways to read the text so far, each a state of a
 * terminal and a stack; states are numbered and made when they are first reached, and so are the transitions between
 * them. From each state some text leads to the end.
 */
export class Automaton {
  /** By byte: its class; bytes that no terminal distinguishes are in one. */
  readonly classes: Uint8Array;
  readonly classCount: number;
  /** By state and class: the next state, or `unknown`. */
  table: Int32Array;
  private readonly nodes: Compiled[] = [];
  private readonly root: number;
  /** By state of a terminal and class: the next state of the terminal; -1 if there is none. */
  private readonly steps: Int32Array;
  private readonly accepts: Uint8Array;
  private stacks = new Stacks();
  private configurations: Configurations[] = [];
  private complete: boolean[] = [];
  private numbers = new Map<string, number>();

  /** Throws nothing; `isWritable` says by byte whether texts may hold it. The root must be productive with these. */
  constructor(root: Node, isWritable: Uint8Array) {
    const { nodes, productive, nullable } = analyse(root, isWritable);
    const useful = nodes.filter(node => productive.has(node));
    const dfas = [...new Set(useful.flatMap(node => (node.kind === 'terminal' ? [node.dfa] : [])))];
    this.classes = byteClasses(dfas);
    this.classCount = Math.max(...this.classes) + 1;
    const { firsts, steps, accepts } = this.terminals(dfas, isWritable);
    this.steps = steps;
    this.accepts = accepts;
    const numbers = new Map<Node, number>();
    const resolve = (node: Node): Node => {
      while (node.kind === 'rule') node = node.body!;
      return node;
    };
    for (const node of useful) if (node.kind !== 'rule') numbers.set(node, numbers.size);
    const numberOf = (node: Node) => numbers.get(resolve(node))!;
    for (const node of numbers.keys()) {
      if (node.kind === 'terminal') this.nodes.push({ kind: 'terminal', first: firsts.get(node.dfa)! });
      else if (node.kind === 'sequence') this.nodes.push({ kind: 'sequence', parts: node.parts.map(numberOf) });
      else if (node.kind === 'choice') {
        const options = node.options.filter(option => productive.has(option)).map(numberOf);
        this.nodes.push({ kind: 'choice', options });
      } else if (node.kind === 'repeat') {
        const isExact = !nullable.has(node.body);
        const max = productive.has(node.body) ? node.max : 0;
        this.nodes.push({ kind: 'repeat', body: max > 0 ? numberOf(node.body) : -1, min: node.min, max, isExact });
      }
    }
    this.root = numberOf(root);
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
    this.configurations = [];
    this.complete = [];
    this.table = new Int32Array(64 * this.classCount);
    this.number([], false);
    const reached = new Reached();
    this.enter(this.root, 0, reached);
    this.number(reached.sorted(), reached.isComplete);
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
    const configurations = this.configurations[state]!;
    const reached = new Reached();
    for (let i = 0; i < configurations.length; i += 2) {
      const next = this.steps[configurations[i]! * this.classCount + byteClass]!;
      if (next >= 0) this.arrive(next, configurations[i + 1]!, reached);
    }
    const number = reached.isEmpty && !reached.isComplete ? dead : this.number(reached.sorted(), reached.isComplete);
    this.table[state * this.classCount + byteClass] = number;
    return number;
  }

  /** The state after some bytes. */
  read(state: number, bytes: Uint8Array): number {
    for (let i = 0; i < bytes.length && state !== dead; i++) state = this.next(state, bytes[i]!);
    return state;
  }

  /**
   * A state from which the same texts of at most `length` bytes lead on: counts of repetitions that such a text cannot
   * bring to their bounds are the same.
   */
  canonical(state: number, length: number): number {
    const configurations = this.configurations[state]!;
    let isChanged = false;
    const changed = new Reached();
    changed.isComplete = this.complete[state]!;
    for (let i = 0; i < configurations.length; i += 2) {
      const stack = this.canonicalStack(configurations[i + 1]!, length);
      isChanged ||= stack !== configurations[i + 1];
      changed.add(configurations[i]!, stack);
    }
    return isChanged ? this.number(changed.sorted(), changed.isComplete) : state;
  }

  private canonicalStack(stack: number, length: number): number {
    const { nodes, counts, parents } = this.stacks;
    const path: number[] = [];
    for (let at = stack; at !== 0 && path.length <= length; at = parents[at]!) path.push(at);
    let result = path.length > 0 ? parents[path.at(-1)!]! : 0;
    for (const at of path.reverse()) {
      const node = this.nodes[nodes[at]!]!;
      let count = counts[at]!;
      if (node.kind === 'repeat' && node.isExact && node.max - count > length + 1) {
        if (node.min - count > length + 1) count = 0;
        else if (count > node.min) count = node.min;
      }
      result = this.stacks.push(nodes[at]!, count, result);
    }
    return result;
  }

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

  /** Adds what is reached where a state of a terminal is. */
  private arrive(state: number, stack: number, reached: Reached): void {
    if ((this.accepts[state]! & 2) !== 0) reached.add(state, stack);
    if ((this.accepts[state]! & 1) !== 0) this.leave(stack, reached);
  }

  /** Adds what is reached at the beginning of a node. */
  private enter(number: number, stack: number, reached: Reached): void {
    if (reached.hasEntered(number, stack)) return;
    const node = this.nodes[number]!;
    if (node.kind === 'terminal') this.arrive(node.first, stack, reached);
    else if (node.kind === 'choice') for (const option of node.options) this.enter(option, stack, reached);
    else this.goOn(number, 0, stack, reached);
  }

  /** Adds what is reached after a node that is on top of a stack. */
  private leave(stack: number, reached: Reached): void {
    if (stack === 0) {
      reached.isComplete = true;
      return;
    }
    const { nodes, counts, parents } = this.stacks;
    if (reached.hasEntered(-1, stack)) return;
    this.goOn(nodes[stack]!, counts[stack]! + 1, parents[stack]!, reached);
  }

  /** Adds what is reached in a sequence or a repetition of which `count` parts are done. */
  private goOn(number: number, count: number, parent: number, reached: Reached): void {
    const node = this.nodes[number]!;
    if (node.kind === 'sequence') {
      const { parts } = node;
      // The last part needs no way back: recursion at the end of a rule takes no stack.
      if (count >= parts.length) this.leave(parent, reached);
      else if (count === parts.length - 1) this.enter(parts[count]!, parent, reached);
      else this.enter(parts[count]!, this.stacks.push(number, count, parent), reached);
    } else if (node.kind === 'repeat') {
      const { body, min, max } = node;
      if (count >= min) this.leave(parent, reached);
      const kept = max === Infinity ? Math.min(count, min) : count;
      if (count < max) this.enter(body, this.stacks.push(number, kept, parent), reached);
    }
  }

  /** The states of all terminals in one table; `accepts` has bit 0 where a terminal may end, bit 1 where it goes on. */
  private terminals(
    dfas: readonly Dfa[],
    isWritable: Uint8Array,
  ): { firsts: Map<Dfa, number>; steps: Int32Array; accepts: Uint8Array } {
    const firsts = new Map<Dfa, number>();
    let total = 0;
    for (const dfa of dfas) {
      firsts.set(dfa, total);
      total += dfa.edges.length;
    }
    const steps = new Int32Array(total * this.classCount).fill(-1);
    const accepts = new Uint8Array(total);
    for (const dfa of dfas) {
      const first = firsts.get(dfa)!;
      const isLive = liveStates(dfa, ({ from, to }) => isWritable.subarray(from, to + 1).includes(1));
      for (const [state, edges] of dfa.edges.entries()) {
        accepts[first + state] = dfa.accepts[state] ? 1 : 0;
        for (const { from, to, state: target } of edges) {
          if (!isLive[target]) continue;
          for (let byte = from; byte <= to; byte++) {
            if (!isWritable[byte]) continue;
            steps[(first + state) * this.classCount + this.classes[byte]!] = first + target;
            accepts[first + state]! |= 2;
          }
        }
      }
    }
    return { firsts, steps, accepts };
  }
}

/** What one byte, or the beginning, leads to. */
class Reached {
  isComplete = false;
  private readonly entered = new Set<number>();
  private readonly pairs = new Map<number, readonly [state: number, stack: number]>();

  get isEmpty(): boolean {
    return this.pairs.size === 0;
  }

  add(state: number, stack: number): void {
    this.pairs.set(state * 0x8000000 + stack, [state, stack]);
  }

  /** Whether this was asked about a node, or -1, and a stack before. */
  hasEntered(node: number, stack: number): boolean {
    const key = (node + 1) * 0x8000000 + stack;
    if (this.entered.has(key)) return true;
    this.entered.add(key);
    return false;
  }

  sorted(): Configurations {
    return [...this.pairs.entries()].sort(([a], [b]) => a - b).flatMap(([, pair]) => pair);
  }
}

/** By byte: its class, a run of bytes that every edge holds together. */
function byteClasses(dfas: readonly Dfa[]): Uint8Array {
  const isStart = new Uint8Array(257);
  for (const { edges } of dfas) {
    for (const list of edges) {
      for (const { from, to } of list) {
        isStart[from] = 1;
        isStart[to + 1] = 1;
      }
    }
  }
  const classes = new Uint8Array(256);
  for (let byte = 1; byte < 256; byte++) classes[byte] = classes[byte - 1]! + isStart[byte]!;
  return classes;
}
