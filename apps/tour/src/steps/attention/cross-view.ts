import { make } from '@residual/appkit';
import type { Look } from '../../frame/step.js';
import type { Tour } from '../../frame/tour.js';
import type { Calls as BeyondCalls } from '../beyond/calls.js';
import { englishField, englishOf, translatorSize } from '../beyond/english-field.js';
import { moveByArrows } from './arrow-choice.js';
import { askingTable } from './asking.js';
import type { Calls } from './calls.js';
import type { CrossAttention } from './cross-calls.js';
import { attentionSentence } from './sentences.js';
import { crossHead } from './settings.js';

/**
 * Attention between two languages: each French token asks, and the English tokens answer. The translator is loaded when
 * the visitor opens the part, or an address that has it open.
 */
export function crossView(tour: Tour) {
  const { state } = tour;
  const [calls, beyond] = [tour.calls<Calls>('attention'), tour.calls<BeyondCalls>('beyond')];
  const open = make('button', { type: 'button', id: 'cross-open' }, 'Load the translator');
  const openHelp = make('small', { id: 'cross-open-help' });
  openHelp.textContent = 'It is a second model, which reads English and writes French.';
  open.setAttribute('aria-describedby', openHelp.id);
  open.addEventListener('click', () => state.set({ crossOpen: true }));
  const door = make('div', {}, open, openHelp);

  const field = englishField('cross-english', state);
  const words = frenchWords(crossToken => state.set({ crossToken }));
  const told = make('p', { className: 'answer', id: 'cross-answer', role: 'status' });
  const table = askingTable('cross-asking', 'English tokens, with what the French token takes from each');
  const languages = make('p', { className: 'note' });
  languages.append(
    `This is head ${crossHead.head} in block ${crossHead.layer} of the translator. There is no mask: all of the ` +
      'English sentence is known before the first French word. The same sentence ends this tour: ',
    make('a', { href: '#step=beyond' }, 'the same parts, another task'),
    '.',
  );
  const choice = make(
    'div',
    {},
    make('p', { className: 'french-title' }, 'In French: choose a token, and it asks'),
    words.element,
  );
  const inside = make('div', { className: 'cross', hidden: true, tabIndex: -1 });
  inside.append(field.element, choice, told, table.element, languages);
  const intro = make('p', {});
  intro.textContent =
    'The queries may come from one text, and the keys and values from another. A translator writes French this way: ' +
    'each French word asks the English sentence.';

  let shown: { readonly english: string; readonly cross: CrossAttention } | undefined;
  let isSized = false;
  const showSize = async () => {
    if (isSized) return;
    isSized = true;
    open.textContent = `Load the translator${await translatorSize(beyond)}`;
  };
  const draw = (cross: CrossAttention, token: number) => {
    const { source, target, weights } = cross;
    const isEmpty = target.length === 0;
    choice.hidden = table.element.hidden = isEmpty;
    words.show(target, token);
    if (isEmpty) {
      told.textContent = 'The translator has nothing to say to this. Write an English sentence.';
      return;
    }
    const texts = source.map(textOf);
    const asking = textOf(target[token]!);
    table.show({ texts, head: cross, weights, asking: token, queryName: `the query that writes “${asking}”` });
    told.textContent = attentionSentence(
      asking,
      texts,
      weights.subarray(token * texts.length, (token + 1) * texts.length),
    );
  };
  return {
    elements: [make('h3', {}, 'The same between two languages'), intro, door, inside],
    /** Draws again in other colours. */
    redraw: (): void => {
      if (shown) draw(shown.cross, tokenOf(shown.cross, state.now.crossToken));
    },
    update: async ({ settings, signal }: Look): Promise<void> => {
      const isOpening = document.activeElement === open && settings.crossOpen;
      [door.hidden, inside.hidden] = [settings.crossOpen, !settings.crossOpen];
      if (isOpening) inside.focus({ preventScroll: true });
      if (!settings.crossOpen) return showSize();
      field.show(settings);
      const english = englishOf(settings);
      if (shown?.english !== english) {
        choice.hidden = table.element.hidden = shown === undefined;
        if (!shown) told.textContent = `The translator${await translatorSize(beyond)} is on its way…`;
        const cross = await calls.cross(english, crossHead.layer, crossHead.head, signal);
        signal.throwIfAborted();
        shown = { english, cross };
      }
      draw(shown.cross, tokenOf(shown.cross, settings.crossToken));
    },
  };
}

/** The text of a token; the end token has a name. */
const textOf = (text: string): string => (text === '</s>' ? 'end' : text.trim() || '␣');

/** The chosen French token, or the one of four letters or more that looks most at a single English one. */
function tokenOf({ source, target, weights }: CrossAttention, chosen: number): number {
  if (chosen >= 0) return Math.min(Math.round(chosen), Math.max(0, target.length - 1));
  const largest = target.map((text, i) => {
    const isLong = textOf(text).length >= 4; // longer words say more
    return Math.max(...weights.subarray(i * source.length, (i + 1) * source.length)) + (isLong ? 1 : 0);
  });
  return Math.max(0, largest.indexOf(Math.max(...largest)));
}

/** The French tokens as buttons; the arrow keys move along. */
function frenchWords(choose: (token: number) => void) {
  const line = make('p', { className: 'french-words', id: 'cross-words', lang: 'fr' });
  line.setAttribute('role', 'group');
  line.setAttribute('aria-label', 'French tokens: choose the one that asks');
  let [buttons, shown]: [HTMLButtonElement[], string] = [[], ''];
  moveByArrows(line, choose);
  return {
    element: line,
    show: (target: readonly string[], token: number): void => {
      const key = JSON.stringify(target);
      if (key !== shown) {
        shown = key;
        buttons = target.map((text, i) => {
          const button = make('button', { type: 'button' }, textOf(text));
          button.addEventListener('click', () => choose(i));
          return button;
        });
        line.replaceChildren(...buttons);
      }
      for (const [i, button] of buttons.entries()) {
        button.setAttribute('aria-pressed', String(i === token));
        button.tabIndex = i === token ? 0 : -1;
      }
    },
  };
}
