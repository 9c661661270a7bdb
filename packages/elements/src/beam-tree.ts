/** A beam after a step: the text of its last token, and the index of the beam that it continues. */
export interface BeamNode {
  readonly text: string;
  readonly parent: number;
  /** Sum of the natural logs of the probabilities of its tokens. */
  readonly sum: number;
  /** Natural log of the probability of its last token. */
  readonly logprob: number;
}

/** A text that ended in a step. */
export interface BeamEnd {
  /** The beam of the previous step that it ends. */
  readonly parent: number;
  /**
   * The score of the text: the sum of its log-probabilities, divided by its length to the power of the length penalty.
   */
  readonly score: number;
  readonly text: string;
}

/** The result of one step of a search. */
export interface BeamColumn {
  readonly beams: readonly BeamNode[];
  readonly ends: readonly BeamEnd[];
}

/** The index of a node: a step and a row. In a step the ends follow the beams. */
export interface NodeIndex {
  readonly step: number;
  readonly row: number;
}

/** The state of a node in the search. */
export type NodeState = 'open' | 'kept' | 'dropped' | 'won';

/** The node that a node continues; undefined in the first step. */
export function parentOf(columns: readonly BeamColumn[], { step, row }: NodeIndex): NodeIndex | undefined {
  const { beams, ends } = columns[step]!;
  const parent = (beams[row] ?? ends[row - beams.length]!).parent;
  return step === 0 ? undefined : { step: step - 1, row: parent };
}

/** The nodes from the first step to this one. */
export function pathTo(columns: readonly BeamColumn[], node: NodeIndex): NodeIndex[] {
  const before = parentOf(columns, node);
  return before ? [...pathTo(columns, before), node] : [node];
}

/** The number of nodes of a step: its beams and its ends. */
export const sizeOf = ({ beams, ends }: BeamColumn): number => beams.length + ends.length;

/**
 * The state of each node by step and row. The last beams are open until a text has won. Ancestors of an open beam or of
 * an end are kept, the ancestors of the winner have won, all others were dropped.
 */
export function statesOf(columns: readonly BeamColumn[], winner: NodeIndex | undefined): NodeState[][] {
  const states = columns.map(column => Array<NodeState>(sizeOf(column)).fill('dropped'));
  const mark = (node: NodeIndex, state: NodeState, last = state) => {
    for (const { step, row } of pathTo(columns, node)) states[step]![row] = state;
    states[node.step]![node.row] = last;
  };
  for (const [step, { beams, ends }] of columns.entries()) {
    for (const i of ends.keys()) mark({ step, row: beams.length + i }, 'kept');
    if (step === columns.length - 1 && !winner) for (const row of beams.keys()) mark({ step, row }, 'kept', 'open');
  }
  if (winner) mark(winner, 'won');
  return states;
}
