import { make } from '@residual/appkit';
import type { Settings } from '../../../settings.js';
import { bounded, bounds } from './settings.js';

/** The settings of a training. */
const numbers = {
  featureStories: ['Stories', 'How many the model writes and reads.'],
  featureSteps: ['Steps', 'With 128 stories and 120 steps, one to two minutes.'],
  featureSeed: ['Seed', 'The same seed gives the same features.'],
} as const;

type Name = keyof typeof numbers;

/** Whether nothing was learned, something is being learned, a stop ends that, or something was learned. */
export type Mode = 'empty' | 'running' | 'ending' | 'learned';

/** What is trained, and the buttons that train, stop and start over. */
export function controlsView(change: (settings: Partial<Record<Name, number>>) => void) {
  const fields = (Object.keys(numbers) as Name[]).map(name => numberField(name, numbers[name], change));
  const train = make('button', { type: 'submit', id: 'features-train' });
  const forget = make('button', { type: 'button', id: 'features-forget' }, 'Start over');
  const help = make('small', { id: 'features-train-help' });
  for (const button of [train, forget]) button.setAttribute('aria-describedby', help.id);
  const buttons = make('div', { className: 'buttons' }, train, forget, help);
  const form = make('form', { className: 'features-form' }, make('div', { className: 'features-fields' }), buttons);
  form.firstElementChild!.append(...fields.map(({ label }) => label));
  let mode: Mode = 'empty';
  let wanted = -1;
  const draw = () => {
    train.textContent = { empty: 'Train', running: 'Stop', ending: 'Stopping…', learned: 'Train again' }[mode];
    forget.hidden = mode !== 'learned';
    for (const { field } of fields) field.disabled = mode === 'running' || mode === 'ending';
    help.textContent = {
      empty: `All of it happens here, in your browser.${wanted < 0 ? '' : ` Train to see feature ${wanted} again.`}`,
      running: 'Stop keeps what it has learned so far.',
      ending: 'It still looks up what it has learned.',
      learned: 'Start over frees what was learned.',
    }[mode];
  };
  draw();
  return {
    form,
    train,
    forget,
    set mode(next: Mode) {
      mode = next;
      draw();
    },
    show: (settings: Settings): void => {
      for (const { field, name } of fields)
        if (document.activeElement !== field) field.value = String(bounded(settings, name));
      wanted = settings.feature;
      draw();
    },
  };
}

function numberField(name: Name, [label, purpose]: readonly [string, string], change: (of: object) => void) {
  const [min, max] = bounds[name].map(String) as [string, string];
  const field = make('input', { type: 'number', id: name, min, max, step: '1', required: true });
  const help = make('small', { id: `${name}-help` }, purpose);
  field.setAttribute('aria-describedby', help.id);
  field.addEventListener('change', () => field.checkValidity() && change({ [name]: Number(field.value) }));
  return { name, field, label: make('label', {}, label, field, help) };
}
