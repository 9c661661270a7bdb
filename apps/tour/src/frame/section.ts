import type { State } from '@residual/appkit';
import { make } from '@residual/appkit';
import type { Settings } from '../settings.js';
import { formulaElement } from './formula.js';
import type { Preset, Shape, Step } from './step.js';

/** The section of a step, and the empty element for its picture. */
export interface Section {
  readonly element: HTMLElement;
  readonly title: HTMLElement;
  readonly picture: HTMLElement;
}

/** Builds the section of a step: number, title, two sentences, presets, picture, formula, shapes and code. */
export function sectionOf({ name, text, presets }: Step, number: number, state: State<Settings>): Section {
  const title = make('h2', { id: `${name}-title`, tabIndex: -1 }, text.title);
  const words = make('div', { className: 'words' }, title, make('p', { className: 'lead' }, text.lead));
  const heading = make('header', {}, make('p', { className: 'number', ariaHidden: 'true' }, String(number)), words);
  const picture = make('div', { className: 'picture' });
  const element = make('section', { id: name, className: 'step' });
  element.setAttribute('aria-labelledby', title.id);
  element.append(
    heading,
    presetsOf(presets, state),
    picture,
    notesOf(text.shapes, text.code, formulaNote(text.formula)),
  );
  return { element, title, picture };
}

/** Buttons that set the sentence and the settings of a step. */
function presetsOf(presets: readonly Preset[], state: State<Settings>): HTMLElement {
  const chips = make('fieldset', { className: 'chips' });
  chips.setAttribute('aria-label', 'Try');
  const buttons = presets.map(({ label, settings }) => {
    const button = make('button', { type: 'button' }, label);
    button.addEventListener('click', () => state.set(settings));
    const show = () => {
      const isChosen = Object.entries(settings).every(([key, value]) => state.now[key as keyof Settings] === value);
      button.setAttribute('aria-pressed', String(isChosen));
    };
    state.on(Object.keys(settings) as (keyof Settings)[], show);
    show();
    return button;
  });
  chips.append(make('span', { className: 'try', ariaHidden: 'true' }, 'Try'), ...buttons);
  return chips;
}

function formulaNote({ math, words }: Step['text']['formula']): HTMLElement {
  const note = make('details', { className: 'formula' }, make('summary', {}, 'The formula'));
  note.append(formulaElement(math), make('p', { className: 'note' }, words));
  return note;
}

/** The shapes, the line of code with its file, and the formula on demand. */
function notesOf(shapes: readonly Shape[], { file, line }: Step['text']['code'], formula: HTMLElement): HTMLElement {
  const rows = shapes.flatMap(({ name, shape }) => [make('dt', {}, name), make('dd', {}, shape)]);
  const packageName = `@residual/${file.split('/')[1]}`;
  const code = make('figure', { className: 'code' }, make('pre', {}, make('code', {}, line)));
  code.append(make('figcaption', {}, make('b', {}, packageName), ` ${file.split('/').slice(2).join('/')}`));
  return make('div', { className: 'notes' }, make('dl', { className: 'shapes' }, ...rows), code, formula);
}
