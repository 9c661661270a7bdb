import { byId, fixed, on } from '@residual/appkit';
import type { BeamColumn, BeamsElement } from '@residual/elements';
import { winnerOf } from './search-tree.js';
import type { Sentence, Watcher } from './translation-view.js';

/** The duration of a step in a replay, in milliseconds. */
const stepDuration = 400;

/** Wires the tree of beams. */
export function beamsView(): Watcher {
  const tree = byId<BeamsElement>('tree');
  const [replay, note] = [byId<HTMLButtonElement>('replay'), byId('beams-note')];
  let sentence: Sentence | undefined;
  let replays = 0;

  const finish = ({ columns, segment }: Sentence) => {
    const winner = winnerOf(columns, segment.translation);
    if (!winner) return;
    tree.markWinner(winner.step, winner.end);
    const ended = columns.flatMap(({ ends }) => ends).length;
    const score = fixed(segment.score, 3);
    note.textContent = `“${segment.translation}” won with score ${score}, of ${ended} texts that ended.`;
  };
  on('replay', 'click', async () => {
    const replayed = sentence!;
    const run = ++replays;
    note.textContent = 'Growing';
    tree.clear();
    for (const column of replayed.columns) {
      tree.push(column);
      await new Promise(resolve => setTimeout(resolve, stepDuration));
      if (run !== replays) return; // another search is shown now
    }
    finish(replayed);
  });

  return {
    grow: (column: BeamColumn, isFirst: boolean) => {
      if (isFirst) {
        replays++;
        tree.clear();
        tree.hidden = false;
        note.textContent = 'Growing';
      }
      tree.push(column);
    },
    show: shown => {
      replays++;
      sentence = shown;
      const columns = shown?.columns ?? [];
      replay.disabled = columns.length === 0;
      tree.hidden = columns.length === 0;
      note.textContent = columns.length === 0 ? 'Choose beams above to see them grow.' : '';
      if (tree.columns !== columns && (tree.columns.length !== columns.length || tree.columns[0] !== columns[0])) {
        tree.clear();
        for (const column of columns) tree.push(column);
      }
      if (shown && columns.length > 0) finish(shown);
    },
  };
}
