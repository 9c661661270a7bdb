/** What the layout needs of a branch: the branch that it parts from, -1 for the first text, and at which token. */
export interface BranchPosition {
  readonly parent: number;
  readonly at: number;
}

/**
 * The row of each branch. The branches of a text follow it, those that part later first, so that no line crosses
 * another one.
 */
export function branchRows(branches: readonly BranchPosition[]): number[] {
  const rows = branches.map(() => 0);
  let next = 0;
  const place = (index: number) => {
    rows[index] = next++;
    const children = branches.flatMap(({ parent }, child) => (parent === index ? [child] : []));
    for (const child of children.sort((a, b) => branches[b]!.at - branches[a]!.at || a - b)) place(child);
  };
  for (const [index, { parent }] of branches.entries()) if (parent < 0) place(index);
  return rows;
}
