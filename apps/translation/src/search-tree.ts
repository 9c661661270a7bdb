import type { BeamColumn } from '@residual/elements';
import type { BeamSearchStep } from '@residual/model';

/** The column of the tree for a step of the search for one text. */
export function columnOf(
  { beams, finished }: BeamSearchStep,
  size: number,
  textOf: (id: number) => string,
): BeamColumn {
  return {
    beams: beams[0]!.map(({ token, parent, sum, logprob }) => ({ text: textOf(token), parent, sum, logprob })),
    ends: finished[0]!.map(({ beamIndices, score, text }) => ({ parent: beamIndices.at(-1)! % size, score, text })),
  };
}

/** The index of the winner: the end with this text and the best score; undefined if there is none. */
export function winnerOf(columns: readonly BeamColumn[], text: string): { step: number; end: number } | undefined {
  const ends = columns.flatMap(({ ends }, step) =>
    ends.map(({ score, text: own }, end) => ({ step, end, score, own })),
  );
  const same = ends.filter(({ own }) => own === text);
  return same.sort((a, b) => b.score - a.score)[0];
}
