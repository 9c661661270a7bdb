import { byId, make } from '@residual/appkit';
import type { Branch, BranchesElement } from '@residual/elements';
import { readControls, set } from '../controls.js';
import { comparisonView } from './comparison.js';
import { type Story, tokensOf } from './story.js';
import { labelOf, textOf } from './tokens.js';

/** The tree of branches, and two of them side by side. */
export interface BranchesView {
  /** Shows the branches and the one that the visitor reads; `-1` compares it with none. */
  show(story: Story, current: number): void;
}

/** The branches of a story for the tree. */
export function treeOf(story: Story): Branch[] {
  return story.branches.map(({ fork, own }, branch) => {
    const length = tokensOf(story, branch).length;
    if (!fork) return { label: 'The first story', parent: -1, at: 0, length };
    const [first, ...rest] = own;
    return {
      label: labelOf(first!),
      parent: fork.parent,
      at: fork.at,
      length,
      probability: Math.exp(first!.logprob ?? 0),
      text: textOf(rest).replace(/\s+/g, ' '),
    };
  });
}

/** The name of a branch in a sentence. */
export function nameOf(story: Story, branch: number): string {
  const { fork, own } = story.branches[branch]!;
  return fork ? `branch ${branch}, “${labelOf(own[0]!).trim()}”` : 'the first story';
}

/** Wires the tree; `choose` is called with the branch that the visitor wants to read, `remove` with one to remove. */
export function branchesView(choose: (branch: number) => void, remove: (branch: number) => void): BranchesView {
  const tree = byId<BranchesElement>('tree');
  const against = byId<HTMLSelectElement>('compared-with');
  const comparison = comparisonView(byId('comparison'), 'compared');
  let shown: { readonly story: Story; readonly current: number } | undefined;

  const compare = () => {
    if (!shown) return;
    const { story, current } = shown;
    const other = Number.parseInt(against.value, 10);
    if (!story.branches[other] || other === current) return comparison.clear();
    const text = (branch: number) => ({ name: nameOf(story, branch), tokens: tokensOf(story, branch) });
    comparison.show(text(current), text(other));
  };
  tree.addEventListener('residual-branch', ({ detail }) => choose(detail.index));
  tree.addEventListener('residual-branch-remove', ({ detail }) => remove(detail.index));
  byId('remove').addEventListener('click', () => remove(tree.selected));
  against.addEventListener('change', () => {
    set({ against: Number.parseInt(against.value, 10) });
    compare();
  });
  return {
    show: (story, current) => {
      shown = { story, current };
      const others = story.branches.map((_, branch) => branch).filter(branch => branch !== current);
      const wanted = readControls().against;
      against.replaceChildren(
        make('option', { value: '-1' }, 'none'),
        ...others.map(branch => make('option', { value: String(branch) }, nameOf(story, branch))),
      );
      against.value = String(others.includes(wanted) ? wanted : -1);
      tree.extent = story.promptLength + story.settings.maxNewTokens;
      tree.branches = treeOf(story);
      tree.selected = current;
      byId('branching').hidden = story.branches.length < 2;
      byId('no-branches').hidden = story.branches.length > 1;
      byId<HTMLButtonElement>('remove').disabled = current === 0;
      compare();
    },
  };
}
