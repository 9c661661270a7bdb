import { type Alternative, alternativesList, byId, finePercent, fixed, make } from '@residual/appkit';
import type { RibbonsElement } from '@residual/elements';
import { diffWords } from './difference.js';
import type { Sentence } from './sentence.js';
import type { Session } from './session.js';
import { lostAtWord, lostTranslations, type Word, wordsOf } from './words.js';

/** The largest number of lost translations in the panel. */
const maxLost = 3;

/** The panel of a word: what else the decoder considered there, and the translations that lost there. */
export interface WordPanel {
  /** Shows a word of a sentence; without an index the one that the model was least sure of. */
  show(sentence: Sentence | undefined, index?: number): void;
}

/** Wires the panel. */
export function wordPanel(session: Session): WordPanel {
  const [panel, ribbons] = [byId('word'), byId<RibbonsElement>('ribbons')];
  return {
    show: (sentence, index) => {
      const words = sentence ? wordsOf(sentence) : [];
      panel.hidden = words.length === 0;
      if (!sentence || words.length === 0) return;
      panel.classList.toggle('pointed', index !== undefined);
      const shown = index ?? leastSure(words);
      pointAt(panel, ribbons.rectOf('target', shown));
      const word = words[shown]!;
      byId('word-title').replaceChildren(
        make('b', { lang: 'fr', textContent: `“${word.text}”` }),
        ` The model gave this word ${finePercent(word.probability)}`,
        index === undefined ? ' and was less sure of it than of any other.' : '.',
      );
      byId('considered').replaceChildren(...word.alternatives.map((each, i) => listOf(each, i > 0, session)));
      byId('lost').replaceChildren(...lostIn(sentence, shown));
    },
  };
}

/** Lets the arrow of the panel point at a word; both are centred in the page. */
function pointAt(panel: HTMLElement, word: DOMRect): void {
  const { left, width } = panel.getBoundingClientRect();
  panel.style.setProperty('--from-centre', `${word.left + word.width / 2 - left - width / 2}px`);
}

/** The index of the least likely word. */
const leastSure = (words: readonly Word[]): number => {
  const probabilities = words.map(({ text, probability }) => (/\p{L}/u.test(text) ? probability : 1));
  return probabilities.indexOf(Math.min(...probabilities));
};

/** The tokens that the decoder considered, with bars; `isPart`: not the first of a word. */
function listOf(alternatives: readonly Alternative[], isPart: boolean, session: Session): HTMLElement {
  const nameOf = (i: number) => {
    const { token } = alternatives[i]!;
    const text = session.textOf(token);
    return token === session.end ? '■ end' : text === ' ' ? '␣' : `${isPart ? '…' : ''}${text.trimStart()}`;
  };
  return alternativesList(alternatives, nameOf, 'fr');
}

/** The translations that lost at a word, as a list; a sentence if there are none. */
function lostIn(sentence: Sentence, index: number): Node[] {
  const { segment, columns } = sentence;
  if (columns.length === 0)
    return [make('p', {}, 'Greedy decoding keeps a single translation: no other one was tried.')];
  const lost = lostAtWord(lostTranslations(sentence), segment, index);
  if (lost.length === 0) return [make('p', {}, 'Every finished translation has this word.')];
  const rows = lost.slice(0, maxLost).map(({ text, score }) => {
    const marked = diffWords(text, segment.translation).map(({ text: word, changed }) =>
      changed ? make('mark', { textContent: word }) : word,
    );
    return make('li', {}, make('span', { lang: 'fr' }, ...marked), make('small', {}, `score ${fixed(score, 3)}`));
  });
  const won = `The winner has ${fixed(segment.score, 3)}; the score nearest to 0 wins.`;
  return [make('ul', {}, ...rows), make('small', {}, won)];
}
