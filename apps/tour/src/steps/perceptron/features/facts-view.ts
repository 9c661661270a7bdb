import { fixed, make } from '@residual/appkit';
import { shareOf } from './list-view.js';
import type { FeatureFacts, NamedEffect, ShadedText } from './types.js';

/** What a feature answers to, and the tokens that it makes likelier. */
export function factsView() {
  const title = make('h4', { id: 'feature-title' });
  const told = make('p', { className: 'note', id: 'feature-fires' });
  const texts = make('ol', { className: 'firing', id: 'feature-texts' });
  const raised = tokenRow('feature-raised', 'It makes likelier');
  const lowered = tokenRow('feature-lowered', 'It makes less likely');
  return {
    element: make('div', { className: 'features-facts' }, title, told, texts, raised.element, lowered.element),
    show: (facts: FeatureFacts | undefined, feature: number): void => {
      title.textContent = `Feature ${feature}`;
      told.textContent = facts
        ? `It fires at ${shareOf(facts.fires)} of all tokens. The colour says how strongly, in its best texts.`
        : 'It is not among the features that fire clearly. Choose one of the list.';
      const most = facts?.texts[0]?.activation ?? 1;
      texts.replaceChildren(...(facts?.texts ?? []).map(text => lineOf(text, most)));
      raised.show(facts?.raised ?? []);
      lowered.show(facts?.lowered ?? []);
    },
  };
}

/** A text whose tokens have the colour of their activation; `most` has the full colour. */
function lineOf({ activation, at, tokens }: ShadedText, most: number): HTMLElement {
  const pieces = tokens.flatMap(({ text, activation }, i) => {
    if (activation <= 0) return text;
    const piece = make(i === at ? 'mark' : 'span', { className: 'shade', title: fixed(activation, 2) }, text.trim());
    piece.style.setProperty('--share', `${Math.round((100 * activation) / most)}%`);
    return [/^\s/.test(text) ? ' ' : '', piece];
  });
  const figure = make('span', { className: 'figure' }, fixed(activation, 2));
  return make('li', {}, figure, make('span', {}, ...pieces));
}

function tokenRow(id: string, name: string) {
  const tokens = make('span', { id, className: 'features-tokens' });
  return {
    element: make('p', { className: 'note' }, `${name} `, tokens),
    show: (effects: readonly NamedEffect[]): void => {
      tokens.replaceChildren(
        ...effects.flatMap(({ text, effect }) => [
          make('b', { title: `${effect > 0 ? '+' : ''}${fixed(effect, 2)} on its logit` }, text.trim() || '␣'),
          ' ',
        ]),
      );
    },
  };
}
