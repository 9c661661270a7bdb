import { type Dfa, isEmpty, liveStates } from './dfa/dfa.js';
import { grammarError } from './errors.js';
import type { Node } from './node.js';

/** What holds for the nodes of a grammar. */
export interface Analysis {
  /** All nodes that can be reached from the root, which is the first. */
  readonly nodes: readonly Node[];
  /** The nodes that some text obeys. */
  readonly productive: ReadonlySet<Node>;
  /** The nodes that the empty text obeys. */
  readonly nullable: ReadonlySet<Node>;
}

/** The nodes that a node is made of. */
function childrenOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'terminal':
      return [];
    case 'sequence':
      return node.parts;
    case 'choice':
      return node.options;
    case 'repeat':
      return [node.body];
    case 'rule':
      return [node.body!];
  }
}

/** Whether a node has what the known ones among its children have, and terminals by `ofTerminal`. */
function holds(node: Node, known: ReadonlySet<Node>, ofTerminal: (dfa: Dfa) => boolean): boolean {
  switch (node.kind) {
    case 'terminal':
      return ofTerminal(node.dfa);
    case 'sequence':
      return node.parts.every(part => known.has(part));
    case 'choice':
      return node.options.some(option => known.has(option));
    case 'repeat':
      return node.min === 0 || known.has(node.body);
    case 'rule':
      return known.has(node.body!);
  }
}

/** Analyses a grammar whose texts hold only bytes for which `isWritable` is 1; by default all. */
export function analyse(root: Node, isWritable?: Uint8Array): Analysis {
  const seen = new Set<Node>([root]);
  for (const node of seen) for (const child of childrenOf(node)) seen.add(child);
  const nodes = [...seen];
  const parents = new Map<Node, Node[]>(nodes.map(node => [node, []]));
  for (const node of nodes) for (const child of childrenOf(node)) parents.get(child)!.push(node);
  /** The least set of nodes with what terminals have by `ofTerminal` and others by their children. */
  const least = (ofTerminal: (dfa: Dfa) => boolean): Set<Node> => {
    const known = new Set<Node>();
    const queue = nodes.toReversed();
    for (let node = queue.pop(); node; node = queue.pop()) {
      if (known.has(node) || !holds(node, known, ofTerminal)) continue;
      known.add(node);
      queue.push(...parents.get(node)!);
    }
    return known;
  };
  const productive = least(dfa => (isWritable ? isLiveWith(dfa, isWritable) : !isEmpty(dfa)));
  const nullable = least(dfa => dfa.accepts[0]!);
  return { nodes, productive, nullable };
}

const isLiveWith = (dfa: Dfa, isWritable: Uint8Array): boolean =>
  liveStates(dfa, edge => isWritable.subarray(edge.from, edge.to + 1).includes(1))[0] === 1;

/**
 * The nodes, each before those with which it can begin. Throws if a rule begins with itself: there would be no end of
 * ways to read a text.
 */
export function inOrder({ nodes, nullable }: Analysis): Node[] {
  const firstOf = (node: Node): readonly Node[] => {
    if (node.kind !== 'sequence') return childrenOf(node);
    const end = node.parts.findIndex(part => !nullable.has(part));
    return end < 0 ? node.parts : node.parts.slice(0, end + 1);
  };
  const done = new Set<Node>();
  for (const start of nodes) {
    const path: Node[] = [];
    const onPath = new Set<Node>();
    const iterators: Iterator<Node>[] = [];
    const enter = (node: Node) => {
      if (onPath.has(node)) {
        const name = [...path.slice(path.indexOf(node))].find(each => each.kind === 'rule')?.name ?? 'a rule';
        throw grammarError(
          'option',
          `${name} begins with itself; a repetition or a rule that ends with itself would fit`,
        );
      }
      if (done.has(node)) return;
      path.push(node);
      onPath.add(node);
      iterators.push(firstOf(node)[Symbol.iterator]());
    };
    enter(start);
    while (iterators.length > 0) {
      const { value, done: isOver } = iterators.at(-1)!.next();
      if (!isOver) {
        enter(value);
        continue;
      }
      iterators.pop();
      const node = path.pop()!;
      onPath.delete(node);
      done.add(node);
    }
  }
  return [...done].reverse();
}
