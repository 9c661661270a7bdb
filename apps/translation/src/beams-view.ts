import { byId, on } from '@residual/appkit';
import type { BeamColumn, BeamsElement } from '@residual/elements';
import { winnerOf } from './search-tree.js';
import type { Sentence, Watcher } from './translation-view.js';

/** The duration of a step in a replay, in milliseconds. */
const pace = 400;

/** Wires the tree of beams. */
export function beamsView(): Watcher {
  const tree = byId<BeamsElement>('tree');
  const [replay, note] = [byId<HTMLButtonElement>('replay'), byId('beams-note')];
  let sentence: Sentence | undefined;
  let growing = 0;

  const finish = ({ columns, segment }: Sentence) => {
    const winner = winnerOf(columns, segment.translation);
    if (!winner) return;
    tree.markWinner(winner.step, winner.end);
    const score = segment.score.toFixed(3).replace('-', '−');
    note.textContent = `“${segment.translation}” won with score ${score}, of ${columns.flatMap(({ ends }) => ends).length} texts that ended.`;
  };
  on('replay', 'click', async () => {
    const shown = sentence!;
    const run = ++growing;
    note.textContent = 'Growing';
    tree.clear();
    for (const column of shown.columns) {
      tree.push(column);
      await new Promise(resolve => setTimeout(resolve, pace));
      if (run !== growing) return; // another search is shown now
    }
    finish(shown);
  });

  return {
    grow: (column: BeamColumn, isFirst: boolean) => {
      if (isFirst) {
        growing++;
        tree.clear();
        tree.hidden = false;
        note.textContent = 'Growing';
      }
      tree.push(column);
    },
    show: given => {
      growing++;
      sentence = given;
      const columns = given?.columns ?? [];
      replay.disabled = columns.length === 0;
      tree.hidden = columns.length === 0;
      note.textContent = columns.length === 0 ? 'Choose beams above to see them grow.' : '';
      if (tree.columns !== columns && (tree.columns.length !== columns.length || tree.columns[0] !== columns[0])) {
        tree.clear();
        for (const column of columns) tree.push(column);
      }
      if (given && columns.length > 0) finish(given);
    },
  };
}
