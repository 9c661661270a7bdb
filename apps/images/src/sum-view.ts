import { byId, debounce, latestOnly, type State, showError } from '@residual/appkit';
import { examples } from './examples.js';
import type { Library } from './library.js';
import type { LookedAt } from './looked-at.js';
import { showPictures } from './picture-list.js';
import { type Answer, type Search, unknownSentence } from './search.js';
import type { Settings } from './settings.js';
import { readSum, shownTerm } from './sum.js';

/** Milliseconds without a key press before a sum is computed. */
const typingDelay = 200;

/** Wires the sum and what is nearest to it. Returns the function that computes it, and says when it is shown. */
export function sumView(
  state: State<Settings>,
  library: Library,
  search: Search,
  lookedAt: LookedAt,
): () => Promise<void> {
  const field = byId<HTMLInputElement>('sum');
  const latest = latestOnly();
  const show = (answer: Answer | undefined) => {
    showPictures(byId('pictures'), library, answer?.pictures ?? [], lookedAt.choose);
    const words = byId<HTMLElementTagNameMap['residual-neighbours']>('words');
    words.neighbours = (answer?.words ?? []).map(({ word, row, cosine }) => ({ word, row, similarity: cosine }));
    byId('words-heading').hidden = !answer;
    const best = answer?.pictures[0];
    byId('answer').textContent = best ? `${answer.text} is nearest to: ${library.pictures[best.row]!.label}` : '';
    byId('left-out').textContent = answer && answer.unknown.length > 0 ? unknownSentence(answer.unknown) : '';
    const example = examples.find(({ sum }) => sum === state.now.sum);
    byId('why').textContent = example?.why ?? '';
  };
  const compute = async () => {
    try {
      const terms = readSum(state.now.sum, text => library.rowOf(text) !== undefined);
      const answer = await latest(search.find(terms, lookedAt.shown?.vector));
      if (!answer) return;
      showError(undefined, 'sum-error');
      show(answer);
    } catch (error) {
      if ((error as Error).name === 'AbortError') return; // another model was loaded, which computes it again
      show(undefined);
      showError(error, 'sum-error');
    }
  };
  const typed = debounce(() => state.set({ sum: field.value }), typingDelay);
  field.addEventListener('input', typed);
  byId('ask').addEventListener('submit', event => {
    event.preventDefault();
    typed.cancel();
    if (field.value === state.now.sum) compute();
    else state.set({ sum: field.value });
  });
  state.on(['sum'], ({ sum }) => {
    typed.cancel();
    if (field.value !== sum) field.value = sum;
    compute();
  });
  byId('words').addEventListener('residual-neighbour', ({ detail }) => state.set({ sum: detail.word }));
  lookedAt.onChange(() => {
    if (state.now.sum.includes(shownTerm)) compute();
  });
  field.value = state.now.sum;
  return compute;
}
