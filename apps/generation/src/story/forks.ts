import { isSameSampling, type Sampling, samplingNames } from './sampling.js';

/** Where a branch parts from another one, and the token that it takes there. */
export interface Fork {
  /** The branch that it parts from; 0 is the first story. */
  readonly parent: number;
  /** The index of the token in the whole text, the beginning included. */
  readonly at: number;
  readonly token: number;
  /** How its tokens are chosen, if other than in the first story. */
  readonly sampling?: Sampling;
}

/** The largest number of branches besides the first story. */
export const maxForks = 12;

/** Forks for the address: numbers with `_` between them, forks with `*`. */
export const forksText = (forks: readonly Fork[]): string =>
  forks
    .map(({ parent, at, token, sampling }) =>
      [parent, at, token, ...(sampling ? samplingNames.map(name => sampling[name]) : [])].join('_'),
    )
    .join('*');

/** The forks in an address; undefined if they are not forks of one tree. */
export function forksFrom(text: string): readonly Fork[] | undefined {
  if (text === '') return [];
  const forks = text.split('*').map(forkFrom);
  const isTree = forks.every((fork, i) => {
    if (!fork) return false;
    const { parent, at } = fork;
    return parent <= i && at > (parent === 0 ? 0 : (forks[parent - 1]?.at ?? at));
  });
  return isTree && forks.length <= maxForks ? (forks as Fork[]) : undefined;
}

function forkFrom(text: string): Fork | undefined {
  const [parent, at, token, ...rest] = text.split('_');
  const numbers = [parent, at, token].map(Number);
  if (!numbers.every(number => Number.isSafeInteger(number) && number >= 0) || text.trim() !== text) return undefined;
  const fork = { parent: numbers[0]!, at: numbers[1]!, token: numbers[2]! };
  if (rest.length === 0) return fork;
  const [mode, ...settings] = rest;
  const [temperature, topK, topP, seed] = settings.map(Number);
  const isSampling =
    (mode === 'sampled' || mode === 'greedy') && settings.length === 4 && settings.map(Number).every(Number.isFinite);
  return isSampling
    ? { ...fork, sampling: { mode, temperature: temperature!, topK: topK!, topP: topP!, seed: seed! } }
    : undefined;
}

/** Forks with one more, and the branch that it is; a fork that exists already stays as it is. */
export function withFork(
  forks: readonly Fork[],
  added: Fork,
): { readonly forks: readonly Fork[]; readonly branch: number } {
  let { parent } = added;
  while (parent > 0 && added.at <= forks[parent - 1]!.at) parent = forks[parent - 1]!.parent;
  const fork = { ...added, parent };
  const index = forks.findIndex(each => isSameFork(each, fork));
  if (index >= 0) return { forks, branch: index + 1 };
  return { forks: [...forks, fork], branch: forks.length + 1 };
}

function isSameFork(one: Fork, other: Fork): boolean {
  const [first, second] = [one.sampling, other.sampling];
  const isSame = first && second ? isSameSampling(first, second) : first === second;
  return one.parent === other.parent && one.at === other.at && one.token === other.token && isSame;
}

/** The branches that stay if a branch is removed with those that part from it, the first story included. */
export function branchesWithout(forks: readonly Fork[], branch: number): readonly number[] {
  const removed = new Set([branch]);
  for (const [i, { parent }] of forks.entries()) if (removed.has(parent)) removed.add(i + 1);
  return [0, ...forks.map((_, i) => i + 1)].filter(each => !removed.has(each));
}

/** The forks of the branches that stay, whose parents get their new numbers. */
export const forksOf = (forks: readonly Fork[], staying: readonly number[]): readonly Fork[] =>
  staying.slice(1).map(branch => {
    const fork = forks[branch - 1]!;
    return { ...fork, parent: staying.indexOf(fork.parent) };
  });
