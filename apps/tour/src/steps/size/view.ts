import { grouped, make, type State } from '@residual/appkit';
import type { Remote } from '@residual/appkit/calls';
import { defineCensus } from '@residual/elements';
import type { MakeView } from '../../frame/step.js';
import type { Settings } from '../../settings.js';
import type { Calls } from './calls.js';
import { gpt3Sizes, ranges, storySizes } from './settings.js';

/** The longest text of the counted models; its table is not counted. */
const maxPositions = 2048;

/** Sliders of the sizes, and all matrices drawn to scale. */
export const view: MakeView = (place, tour) => {
  defineCensus();
  const calls = tour.calls<Calls>('size');
  const sliders = slidersOf(tour.state);
  const answer = make('p', { className: 'answer', id: 'size-answer', role: 'status' });
  const picture = make('residual-census', { id: 'size-picture' });
  place.append(sliders.element, answer, picture);
  const known = Promise.all([storySizes, gpt3Sizes].map(sizes => countOf(calls, sizes)));
  return async ({ settings, signal }) => {
    sliders.show(settings);
    const [counted, [story, gpt3]] = await Promise.all([countOf(calls, settings, signal), known]);
    signal.throwIfAborted();
    answer.textContent = `${grouped(counted.weights)} weights in ${grouped(counted.matrices)} matrices.`;
    const isLarge = counted.weights > 2 * story!.weights;
    const other = isLarge ? { ...story!, label: 'The model of this page' } : { ...gpt3!, label: 'GPT-3' };
    picture.show({ ...counted, blocks: settings.depth, heads: settings.heads }, [
      { label: `${other.label} at the same scale`, weights: other.weights },
    ]);
  };
};

type Sizes = Pick<Settings, 'depth' | 'heads' | 'headDim' | 'vocab' | 'tied'>;

const countOf = (calls: Remote<Calls>, { depth, heads, headDim, vocab, tied }: Sizes, signal?: AbortSignal) =>
  calls.census({ depth, heads, modelDim: heads * headDim, vocab, maxPositions }, tied, signal);

/** The controls of the sizes; the vocabulary runs by its logarithm. */
function slidersOf(state: State<Settings>) {
  const help = make('small', { id: 'size-help' });
  help.textContent = 'The width of the residual stream is the number of heads times the width of a head.';
  const width = make('output', { className: 'figure' });
  const labels = { depth: 'Blocks', heads: 'Heads', headDim: 'Width of a head', vocab: 'Tokens in the vocabulary' };
  const names = Object.keys(labels) as (keyof typeof labels)[];
  const fields = names.map(name => {
    const [min, max, step] = ranges[name];
    const isLog = name === 'vocab';
    const slider = make('input', { type: 'range', id: name });
    if (isLog) Object.assign(slider, { min: '0', max: '1000' });
    else Object.assign(slider, { min: String(min), max: String(max), step: String(step) });
    slider.setAttribute('aria-describedby', help.id);
    const value = make('output', { className: 'figure' });
    slider.addEventListener('input', () => {
      const at = Number(slider.value);
      state.set({ [name]: isLog ? Math.round(min * (max / min) ** (at / 1000)) : at });
    });
    const show = (now: number) => {
      slider.value = String(isLog ? Math.round((1000 * Math.log(now / min)) / Math.log(max / min)) : now);
      slider.setAttribute('aria-valuetext', grouped(now));
      value.textContent = grouped(now);
    };
    return { name, show, element: make('label', {}, make('span', {}, `${labels[name]} `, value), slider) };
  });
  const tied = make('input', { type: 'checkbox', id: 'tied' });
  tied.setAttribute('aria-describedby', 'tied-help');
  tied.addEventListener('change', () => state.set({ tied: tied.checked }));
  const tiedHelp = make('small', { id: 'tied-help' });
  tiedHelp.textContent = 'One matrix serves at the entrance and at the exit, as in GPT-2 and on this page.';
  const check = make('label', { className: 'check' }, tied, 'Shared embedding', tiedHelp);
  const note = make('p', { className: 'figures' }, 'Width of the residual stream: ', width);
  const element = make('div', { className: 'sizes' }, ...fields.map(({ element }) => element), check, note, help);
  return {
    element,
    show: (sizes: Sizes): void => {
      for (const { name, show } of fields) show(sizes[name]);
      tied.checked = sizes.tied;
      width.textContent = grouped(sizes.heads * sizes.headDim);
    },
  };
}
