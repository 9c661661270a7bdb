import { fixed, make } from '@residual/appkit';
import { largestOf, type Strip, stripOf } from '../attention/strip.js';
import type { Guess, TokenStream } from './calls.js';

/** The name of a layer: the embedding, then each block. */
export const layerName = (layer: number): string => (layer === 0 ? 'embedding' : `block ${layer - 1}`);

interface Level {
  readonly element: HTMLElement;
  readonly strip: Strip;
  readonly said: HTMLElement;
  readonly others: HTMLElement;
  readonly parts: HTMLElement | undefined;
}

/** The stream of one token from the embedding down through the blocks, with what each layer would say. */
export function streamView() {
  const list = make('ol', { className: 'stream', id: 'stream' });
  let levels: Level[] = [];
  return {
    element: list,
    show: (guesses: readonly (readonly Guess[])[], { streams, additions }: TokenStream): void => {
      if (levels.length !== guesses.length) {
        levels = guesses.map((_, layer) => levelOf(layer));
        list.replaceChildren(...levels.map(({ element }) => element));
      }
      const most = Math.max(...additions.flatMap(each => Object.values(each)).map(Math.abs), 1e-9);
      for (const [layer, { strip, said, others, parts }] of levels.entries()) {
        const [first, ...rest] = guesses[layer]!;
        strip.show(streams[layer]!, largestOf(streams[layer]!));
        said.replaceChildren(word(first!), bar(first!.probability), figure(first!.probability));
        others.replaceChildren(...rest.flatMap(guess => [word(guess), ' ', figure(guess.probability), ' ']));
        parts?.replaceChildren(
          ...Object.entries(additions[layer - 1]!).map(([name, value]) => addition(name, value, most)),
        );
      }
    },
  };
}

function levelOf(layer: number): Level {
  const strip = stripOf('stream');
  const [said, others] = [make('p', { className: 'said' }), make('p', { className: 'others' })];
  const parts = layer === 0 ? undefined : make('div', { className: 'parts' });
  const element = make('li', {}, make('span', { className: 'layer' }, layerName(layer)));
  if (parts) element.append(parts);
  element.append(strip.canvas, said, others);
  return { element, strip, said, others, parts };
}

const word = ({ text }: Guess) => make('b', {}, text.trim() || '␣');
const figure = (probability: number) =>
  make('span', { className: 'figure' }, `${(100 * probability).toFixed(probability < 0.0995 ? 1 : 0)}%`);

function bar(probability: number): HTMLElement {
  const fill = make('i');
  fill.style.width = `${100 * probability}%`;
  return make('span', { className: 'bar' }, fill);
}

/** What a part of a block adds to the logit of the answer, as a bar to the right or to the left. */
function addition(name: string, value: number, most: number): HTMLElement {
  const fill = make('i', { className: value < 0 ? 'negative' : '' });
  fill.style.width = `${(50 * Math.abs(value)) / most}%`;
  const text = Math.abs(value) < 0.05 ? '0.0' : `${value < 0 ? '' : '+'}${fixed(value, 1)}`;
  const figure = make('span', { className: 'figure' }, text);
  return make('p', {}, make('span', {}, name), make('span', { className: 'signed' }, fill), figure);
}
