import { byId, fixed, on, prefersStill } from '@residual/appkit';
import type { BeamsElement } from '@residual/elements';
import { winnerOf } from './search-tree.js';
import type { Sentence, Watcher } from './sentence.js';

/** The duration of a step, in milliseconds. */
const stepDuration = 450;

/** The tree of beams. */
export interface BeamsView extends Watcher {
  /** Lets the tree grow from its first step; shows it at once if the visitor prefers still pictures. */
  grow(): Promise<void>;
}

/** Wires the tree of beams. */
export function beamsView(): BeamsView {
  const tree = byId<BeamsElement>('tree');
  const [replay, note] = [byId<HTMLButtonElement>('replay'), byId('beams-note')];
  let sentence: Sentence | undefined;
  let runs = 0;

  const finish = ({ columns, segment }: Sentence) => {
    const winner = winnerOf(columns, segment.translation);
    if (!winner) return;
    tree.markWinner(winner.step, winner.end);
    const ended = columns.flatMap(({ ends }) => ends).length;
    const score = fixed(segment.score, 3);
    note.textContent = `“${segment.translation}” won with score ${score}, of ${ended} texts that ended.`;
  };
  /** Shows the columns one after the other, or all at once. */
  const draw = async (slowly: boolean) => {
    const run = ++runs;
    const shown = sentence;
    tree.clear();
    tree.hidden = replay.disabled = !shown || shown.columns.length === 0;
    if (tree.hidden) {
      note.textContent = 'Greedy decoding has no beams. Choose beams in the settings to see them grow.';
      return;
    }
    if (slowly) note.textContent = 'Growing';
    for (const column of shown!.columns) {
      tree.push(column);
      if (slowly) await new Promise(resolve => setTimeout(resolve, stepDuration));
      if (run !== runs) return; // another search is shown now
    }
    finish(shown!);
  };
  on('replay', 'click', () => draw(true));

  return {
    grow: () => draw(!prefersStill()),
    show: shown => {
      if (shown === sentence) return;
      sentence = shown;
      return draw(false);
    },
  };
}
