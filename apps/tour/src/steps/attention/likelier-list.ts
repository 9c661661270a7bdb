import { make } from '@residual/appkit';
import type { Likelier } from './phrase-calls.js';

/** How many times as likely, with as many digits as it needs. */
export const timesText = (times: number): string => times.toFixed(times < 9.95 ? 1 : 0);

/** The words that a vector makes likelier, as bars on a logarithmic scale. */
export function likelierList() {
  const list = make('ol', { className: 'likelier', id: 'likelier' });
  const caption = make('figcaption', {}, 'what the model reads out of the change');
  const note = make('p', { className: 'note' });
  note.textContent =
    'The last layer turns any vector into a guess of the next word. Here it is asked for the vector without and with ' +
    'the words: these tokens gain most; some are only the beginning of a word. Nobody told the model what they mean.';
  let fills: readonly { readonly fill: HTMLElement; readonly width: number }[] = [];
  return {
    element: make('figure', {}, caption, list, note),
    show: (likelier: readonly Likelier[]): void => {
      const most = Math.log(likelier[0]?.times ?? Math.E);
      fills = likelier.map(({ times }) => ({ fill: make('i'), width: (100 * Math.log(times)) / most }));
      list.replaceChildren(
        ...likelier.map(({ text, times }, i) =>
          make(
            'li',
            {},
            make('b', {}, text),
            make('span', { className: 'bar' }, fills[i]!.fill),
            make('span', { className: 'figure' }, `× ${timesText(times)}`),
          ),
        ),
      );
    },
    /** Draws the bars at a share of their widths, while words come back. */
    showShare: (share: number): void => {
      for (const { fill, width } of fills) fill.style.width = `${width * share}%`;
    },
  };
}
