/** A beam after a step: the token that it took, as text, and the beam of the step before that it continues. */
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
  /** The beam of the step before that it ends. */
  readonly parent: number;
  /** By which texts are compared: the sum over the number of tokens to the length penalty. */
  readonly score: number;
  readonly text: string;
}

/** What one step of a search did. */
export interface BeamColumn {
  readonly beams: readonly BeamNode[];
  readonly ends: readonly BeamEnd[];
}

/** A node of the tree: a beam or an end of a step; ends follow the beams. */
export interface NodeIndex {
  readonly step: number;
  readonly row: number;
}

/** How a node stands in the search. */
export type NodeState = 'open' | 'kept' | 'dropped' | 'won';

/** The node that a node continues; undefined for those of the first step. */
export function parentOf(columns: readonly BeamColumn[], { step, row }: NodeIndex): NodeIndex | undefined {
  const { beams, ends } = columns[step]!;
  const parent = (beams[row] ?? ends[row - beams.length]!).parent;
  return step === 0 ? undefined : { step: step - 1, row: parent };
}

/** The nodes from the first step to this one. */
export function pathTo(columns: readonly BeamColumn[], place: NodeIndex): NodeIndex[] {
  const before = parentOf(columns, place);
  return before ? [...pathTo(columns, before), place] : [place];
}

/** Nodes of a step: its beams, then its ends. */
export const sizeOf = ({ beams, ends }: BeamColumn): number => beams.length + ends.length;

/**
 * By step and row how each node stands: the last beams are open as long as nothing has won, what led to an open beam or to an end is kept, the rest
 * was dropped; what led to the winner has won.
 */
export function statesOf(columns: readonly BeamColumn[], winner: NodeIndex | undefined): NodeState[][] {
  const states = columns.map(column => Array<NodeState>(sizeOf(column)).fill('dropped'));
  const mark = (place: NodeIndex, state: NodeState, last = state) => {
    for (const { step, row } of pathTo(columns, place)) states[step]![row] = state;
    states[place.step]![place.row] = last;
  };
  for (const [step, { beams, ends }] of columns.entries()) {
    for (const i of ends.keys()) mark({ step, row: beams.length + i }, 'kept');
    if (step === columns.length - 1 && !winner) for (const row of beams.keys()) mark({ step, row }, 'kept', 'open');
  }
  if (winner) mark(winner, 'won');
  return states;
}
