import { byId, make } from '@residual/appkit';
import type { RibbonsElement } from '@residual/elements';
import type { TranslatedSegment } from '@residual/model';

/** The English text, which is edited in place and in which a sentence is chosen by a click. */
export interface English {
  /** Marks a sentence of several; a mirror behind the text shows it. */
  choose(segments: readonly TranslatedSegment[], index: number): void;
}

/** The span of each sentence in the text. */
export function spansOf(segments: readonly Pick<TranslatedSegment, 'before' | 'source'>[]): [number, number][] {
  let end = 0;
  return segments.map(({ before, source }) => {
    const start = end + before.length;
    end = start + source.length;
    return [start, end];
  });
}

/** The end of a word in a text. */
function endOfWord(text: string, index: number): number {
  const words = [...new Intl.Segmenter('en', { granularity: 'word' }).segment(text)];
  const word = words.filter(({ segment }) => segment.trim() !== '')[index];
  return word ? word.index + word.segment.length : text.length;
}

/** Wires the text; `onChoose` is called with the index of the sentence in which the visitor puts the caret. */
export function english(onChoose: (index: number) => void): English {
  const [text, mirror] = [byId<HTMLTextAreaElement>('text'), byId('mirror')];
  const ribbons = byId<RibbonsElement>('ribbons');
  let spans: [number, number][] = [];
  const reflect = (chosen?: [number, number]) => {
    const { value } = text;
    const [start, end] = chosen ?? [0, 0];
    const mark = make('mark', { textContent: value.slice(start, end) });
    mirror.replaceChildren(value.slice(0, start), ...(chosen ? [mark] : []), `${value.slice(end)}\u200b`);
  };
  const atCaret = () => {
    const { selectionStart } = text;
    const index = spans.findIndex(([, end]) => selectionStart <= end);
    if (spans.length > 1 && index >= 0) onChoose(index);
  };
  text.addEventListener('input', () => reflect());
  text.addEventListener('click', atCaret);
  text.addEventListener('keyup', ({ key }) => {
    if (/^(Arrow|Home|End)/.test(key)) atCaret();
  });
  text.addEventListener('keydown', event => {
    if (event.key !== 'Enter' || event.shiftKey) return;
    event.preventDefault();
    text.form!.requestSubmit();
  });
  // In one line the words themselves are the text: a click on one puts the caret behind it.
  ribbons.addEventListener('click', event => {
    const path = event.composedPath().filter(each => each instanceof HTMLElement);
    if (spans.length > 1 || !path.some(each => each.part.contains('source'))) return;
    const words = path.find(each => each.dataset.side === 'source');
    const end = words ? endOfWord(text.value, Number(words.dataset.index)) : text.value.length;
    text.focus();
    text.setSelectionRange(end, end);
  });
  reflect();
  return {
    choose: (segments, index) => {
      spans = spansOf(segments);
      reflect(spans.length > 1 ? spans[index] : undefined);
    },
  };
}
