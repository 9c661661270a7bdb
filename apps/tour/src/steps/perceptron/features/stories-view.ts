import { make } from '@residual/appkit';
import type { Settings } from '../../../settings.js';
import { bounded, bounds } from './settings.js';

/** A story by itself, and beside it the same story with a feature turned up or down. */
export function storiesView(change: (settings: { featureStrength?: number; storySeed?: number }) => void) {
  const [min, max] = bounds.featureStrength.map(String) as [string, string];
  const slider = make('input', { type: 'range', id: 'featureStrength', min, max, step: '1' });
  const value = make('output', { className: 'figure' });
  const help = make('small', { id: 'featureStrength-help' });
  help.textContent = 'What is added to the feature at every token. Near 8 it colours the story; at 20 it takes over.';
  slider.setAttribute('aria-describedby', help.id);
  slider.addEventListener('change', () => change({ featureStrength: Number(slider.value) }));
  slider.addEventListener('input', () => {
    value.textContent = signed(Number(slider.value));
  });
  let seed = 0;
  const again = make('button', { type: 'button', id: 'story-again' }, 'Another story');
  again.setAttribute('aria-describedby', help.id);
  again.addEventListener('click', () => change({ storySeed: (seed + 1) % (bounds.storySeed[1] + 1) }));
  const title = make('h4', {}, 'Turn it up or down');
  const [plain, steered] = [storyOf('story-plain', 'as it is'), storyOf('story-steered', '')];
  const label = make('label', {}, make('span', {}, 'Strength ', value), slider, help);
  const controls = make('div', { className: 'features-strength' }, label, again);
  const both = make('div', { className: 'two' }, plain.element, steered.element);
  return {
    element: make('div', { className: 'features-stories' }, title, controls, both),
    /** Shows the settings. */
    show: (settings: Settings): void => {
      seed = bounded(settings, 'storySeed');
      const strength = bounded(settings, 'featureStrength');
      if (document.activeElement !== slider) slider.value = String(strength);
      value.textContent = signed(strength);
      slider.setAttribute('aria-valuetext', signed(strength));
    },
    plain: plain.show,
    steered: (sentence: string, text: string | undefined, feature: number, strength: number): void => {
      steered.name(`feature ${feature} at ${signed(strength)}`);
      steered.show(sentence, text);
    },
  };
}

const signed = (value: number): string => (value > 0 ? `+${value}` : String(value).replace('-', '−'));

/** A sentence and how it goes on; without a text it is on its way. */
function storyOf(id: string, name: string) {
  const caption = make('figcaption', {}, name);
  const rest = make('span', {});
  const start = make('span', { className: 'features-start' });
  const element = make('figure', { id, className: 'features-told' }, caption, make('p', {}, start, rest));
  return {
    element,
    name: (next: string): void => {
      caption.textContent = next;
    },
    show: (sentence: string, text: string | undefined): void => {
      start.textContent = sentence;
      rest.textContent = text === undefined ? ' …' : /[.!?"”]\s*$/.test(text) ? text : `${text} …`;
      element.ariaBusy = String(text === undefined);
    },
  };
}
