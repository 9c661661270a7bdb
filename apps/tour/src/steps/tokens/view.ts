import { grouped, make, makeSvg, piecesSentence, showPieces } from '@residual/appkit';
import { defineTokens, type TokenDetail } from '@residual/elements';
import type { MakeView, Tokens } from '../../frame/step.js';

/** The pieces of the sentence with their numbers, and where these stand in the list of all tokens. */
export const view: MakeView = (place, { state, vocabulary }) => {
  defineTokens();
  const pieces = make('residual-tokens', { id: 'pieces', className: 'pieces' });
  pieces.setAttribute('label', 'The tokens of the sentence');
  const count = make('p', { className: 'figures', id: 'pieces-count' });
  const ruler = rulerOf(id => state.set({ tokenId: id }));
  place.append(pieces, count, ruler.element);
  pieces.addEventListener('residual-token', event => {
    state.set({ tokenId: (event as CustomEvent<TokenDetail>).detail.token.id });
  });
  let shown: Tokens | undefined;
  return async ({ settings, tokens, signal }) => {
    if (tokens !== shown) {
      showPieces(pieces, tokens);
      shown = tokens;
    }
    count.textContent = piecesSentence(tokens);
    const texts = await vocabulary();
    signal.throwIfAborted();
    const id = Math.min(settings.tokenId < 0 ? rarestOf(tokens.ids) : settings.tokenId, texts.length - 1);
    pieces.selected = tokens.ids.indexOf(id);
    ruler.show(texts, tokens.ids, id);
  };
};

/** The token with the largest number: the one that was joined last. */
const rarestOf = (ids: readonly number[]) => ids.reduce((most, id) => Math.max(most, id), 0);

/** A ruler of all ids with a mark for each token of the sentence, and a control that reads it. */
function rulerOf(choose: (id: number) => void) {
  const scale = makeSvg('svg', { class: 'scale', preserveAspectRatio: 'none', 'aria-hidden': 'true' });
  const slider = make('input', { type: 'range', min: '0', step: '1', id: 'tokenId' });
  const reading = make('output', { className: 'reading', id: 'tokenId-reading' });
  const label = make('label', {}, 'The list of all tokens', scale, slider);
  const help = make('small', { id: 'tokenId-help' });
  help.textContent =
    'The first 257 are single bytes and a mark for the end of a text; after them, the sooner a piece was joined, the ' +
    'smaller its number. Slide to read the list.';
  slider.setAttribute('aria-describedby', help.id);
  slider.addEventListener('input', () => choose(Number(slider.value)));
  return {
    element: make('div', { className: 'ruler' }, label, reading, help),
    show: (texts: readonly string[], ids: readonly number[], id: number) => {
      const last = texts.length - 1;
      slider.max = String(last);
      slider.value = String(id);
      slider.setAttribute('aria-valuetext', `${id}: ${spoken(texts[id]!)}`);
      scale.setAttribute('viewBox', `0 0 ${last} 10`);
      scale.replaceChildren(
        ...ids.map(at => makeSvg('line', { x1: at, x2: at, y1: 0, y2: 10, class: at === id ? 'chosen' : '' })),
      );
      reading.replaceChildren(
        ...[-2, -1, 0, 1, 2].flatMap(step => {
          const text = texts[id + step];
          if (text === undefined) return [];
          const number = make('small', {}, grouped(id + step));
          return make('span', { className: step === 0 ? 'chosen' : '' }, make('b', {}, visible(text)), number);
        }),
      );
    },
  };
}

/** The text of a token with a visible sign for its space; a token that is part of a character has no text. */
const visible = (text: string) => (text.includes('\ufffd') ? '▯' : text.replaceAll(' ', '·').replaceAll('\n', '↵'));

const spoken = (text: string) => (text.includes('\ufffd') ? 'a part of a character' : text.trim() || 'a space');
