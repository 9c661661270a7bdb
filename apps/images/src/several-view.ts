import { byId, fixed, make, on, singleRun } from '@residual/appkit';
import { toImageData } from '@residual/vision';
import type { Library } from './library.js';
import type { Search } from './search.js';
import type { Session } from './session.js';
import { arranged, measureSeveral, type SeveralResult } from './several.js';

/** Wires the experiment with one thing and several; returns the function that empties it, for another model. */
export function severalView(session: Session, library: Library, search: Search): () => void {
  const runs = singleRun();
  on('measure', 'click', () =>
    runs.start(async signal => {
      byId('several-answer').textContent = 'Reading 36 pictures and 24 words …';
      try {
        show(library, await measureSeveral(session, library, search, signal));
      } catch (error) {
        byId('several-answer').textContent = '';
        throw error;
      }
    }),
  );
  return () => {
    runs.end();
    byId('several').hidden = true;
    byId('several-answer').textContent = '';
  };
}

function show(library: Library, { things, smaller, words }: SeveralResult): void {
  const count = (is: (thing: SeveralResult['things'][number]) => boolean) => things.filter(is).length;
  const mean = things.reduce((sum, { agreement }) => sum + agreement, 0) / things.length;
  byId('several-answer').textContent =
    `One step for all? The step of each thing from one to four has a mean cosine of ${fixed(mean, 2)} with the step ` +
    `of the others, and one of it, moved by their step, lands at its own four in ${count(({ lands }) => lands)} of ` +
    `${things.length} cases. Is it number? The step from a large one to a single small one has a cosine of ` +
    `${fixed(smaller, 2)} with it: that part is size alone. And with the step of words, from cat to cats, its cosine ` +
    `is ${fixed(words, 2)}; four of a thing lean towards its plural in ${count(({ wordAgrees }) => wordAgrees)} of ` +
    `${things.length} cases, where half would be chance.`;
  const yes = (is: boolean) => (is ? 'yes' : 'no');
  byId('several-rows').replaceChildren(
    ...things.map(({ emoji, several, agreement, lands, wordAgrees }) => {
      const image = library.imageOf(library.rowOf(emoji)!);
      const pictures = (['one', 'four'] as const).map(arrangement => {
        const canvas = make('canvas', { width: image.width, height: image.height, ariaHidden: 'true' });
        canvas.getContext('2d')!.putImageData(toImageData(arranged(image, arrangement)), 0, 0);
        return canvas;
      });
      const heading = make('th', { scope: 'row' }, ...pictures, make('span', {}, several));
      const cells = [fixed(agreement, 2), yes(lands), yes(wordAgrees)];
      return make('tr', {}, heading, ...cells.map(textContent => make('td', { textContent })));
    }),
  );
  const table = byId('several');
  [table.hidden, table.tabIndex] = [false, 0]; // a phone scrolls it
}
