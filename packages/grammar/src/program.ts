import { analyse, inOrder } from './analysis.js';
import { type Dfa, liveStates } from './dfa/dfa.js';
import type { Node } from './node.js';

/** A node with numbers in place of nodes. Each may be left without a byte where `isNullable`. */
export type Instruction = { readonly isNullable: boolean } & (
  | { readonly kind: 'terminal'; readonly first: number }
  | { readonly kind: 'sequence'; readonly parts: readonly number[] }
  | { readonly kind: 'choice'; readonly options: readonly number[] }
  /** Each repetition takes a byte at least; where the body may be empty, `min` is 0. */
  | { readonly kind: 'repeat'; readonly body: number; readonly min: number; readonly max: number }
);

/** A grammar as tables, without what no text over the bytes that may be written needs. */
export interface Program {
  /** By number: the nodes. A node has a lower number than those with which it can begin. */
  readonly nodes: readonly Instruction[];
  readonly root: number;
  /** By byte: its class; bytes that no terminal distinguishes are in one. */
  readonly classes: Uint8Array;
  readonly classCount: number;
  /** By state of a terminal and class: the next state of the terminal; -1 if there is none. */
  readonly steps: Int32Array;
  /** By state of a terminal: bit 0 where the terminal may end, bit 1 where it goes on. */
  readonly accepts: Uint8Array;
}

/**
 * Compiles a grammar whose texts hold only bytes for which `isWritable` is 1. The root must be productive with these.
 */
export function programOf(root: Node, isWritable: Uint8Array, analysis = analyse(root, isWritable)): Program {
  const { productive, nullable } = analysis;
  const useful = analysis.nodes.filter(node => productive.has(node));
  const dfas = [...new Set(useful.flatMap(node => (node.kind === 'terminal' ? [node.dfa] : [])))];
  const classes = byteClasses(dfas);
  const classCount = Math.max(...classes) + 1;
  const { firsts, steps, accepts } = terminals(dfas, isWritable, classes, classCount);
  const ordered = inOrder(analysis).filter((node): node is Plain => node.kind !== 'rule' && productive.has(node));
  const numbers = new Map(ordered.map((node, number) => [node, number]));
  const numberOf = (node: Node) => numbers.get(resolve(node))!;
  const instruction = (node: Plain): Instruction => {
    const isNullable = nullable.has(node);
    switch (node.kind) {
      case 'terminal':
        return { kind: 'terminal', first: firsts.get(node.dfa)!, isNullable };
      case 'sequence':
        return { kind: 'sequence', parts: node.parts.map(numberOf), isNullable };
      case 'choice': {
        const options = node.options.filter(option => productive.has(option)).map(numberOf);
        return { kind: 'choice', options, isNullable };
      }
      case 'repeat': {
        const max = productive.has(node.body) ? node.max : 0;
        const min = nullable.has(node.body) ? 0 : node.min;
        return { kind: 'repeat', body: max > 0 ? numberOf(node.body) : -1, min, max, isNullable };
      }
    }
  };
  const nodes = ordered.map(instruction);
  return { nodes, root: numberOf(root), classes, classCount, steps, accepts };
}

type Plain = Exclude<Node, { kind: 'rule' }>;

function resolve(node: Node): Plain {
  let plain = node;
  while (plain.kind === 'rule') plain = plain.body!;
  return plain;
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

/** The states of all terminals in one table. */
function terminals(
  dfas: readonly Dfa[],
  isWritable: Uint8Array,
  classes: Uint8Array,
  classCount: number,
): { firsts: Map<Dfa, number>; steps: Int32Array; accepts: Uint8Array } {
  const firsts = new Map<Dfa, number>();
  let total = 0;
  for (const dfa of dfas) {
    firsts.set(dfa, total);
    total += dfa.edges.length;
  }
  const steps = new Int32Array(total * classCount).fill(-1);
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
          steps[(first + state) * classCount + classes[byte]!] = first + target;
          accepts[first + state]! |= 2;
        }
      }
    }
  }
  return { firsts, steps, accepts };
}
