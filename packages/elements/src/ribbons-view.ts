import { fire, make, makeSvg, onOption, selectOption } from './parts.js';
import { outline, ribbonsOf, type WordBox } from './ribbon-layout.js';
import type { Ribbons, WordDetail } from './ribbons.js';

/** The style sheet of the ribbons. */
export const ribbonStyle = `
.stage { position: relative; overflow-x: auto; }
[role=listbox] {
  position: relative; display: grid; gap: var(--residual-ribbons-gap, 6.5rem); width: max-content; min-width: 100%;
  padding: 3px; box-sizing: border-box; --between: clamp(0.3rem, 1.7vw, 1.6rem);
}
.spaced[role=listbox] { --between: 0.1em; font-size: var(--residual-ribbons-size, 1.3125rem); }
[role=group] { display: flex; gap: 0.15rem var(--between); justify-content: center; }
.upright[role=listbox] {
  grid-template-columns: auto auto; justify-content: space-between; gap: 4rem; width: 100%; min-width: 0;
  max-width: 46rem; margin-inline: auto;
}
.upright [role=group] { flex-direction: column; justify-content: start; }
.upright .source { align-items: end; } .upright .target { align-items: start; }
[role=option] {
  --share: 0%; display: grid; justify-items: center; padding: 0.15rem 0.45rem; border-radius: 0.35rem;
  cursor: default; position: relative; white-space: nowrap;
  font: var(--residual-ribbons-size, 1.3125rem)/1.35 var(--residual-serif, inherit);
  background: color-mix(in srgb, var(--accent) var(--share), transparent);
}
.spaced:not(.upright) [role=option] { padding-inline: 0.1em; }
.spaced:not(.upright) small { width: 0; min-width: 0; display: flex; justify-content: center; }
.spaced:not(.upright) .joined[role=option] { margin-inline-start: calc(-0.2em - var(--between)); }
.unsure[role=option] > span { text-decoration: underline dotted 2px var(--accent); text-underline-offset: 0.22em; }
.target [role=option] { transition: opacity 300ms 350ms, visibility 0s 350ms; }
.target .ahead[role=option] { visibility: hidden; opacity: 0; transition: none; }
.upright [role=option] { grid-auto-flow: column; gap: 0.5rem; align-items: baseline; font-size: 1.125rem; }
.upright .source [role=option] { direction: ltr; } .upright .source small { order: -1; }
[aria-selected=true][role=option] { box-shadow: inset 0 0 0 2px var(--accent); }
small {
  font: 0.6875rem/1.2 var(--mono); min-height: 0.825rem; min-width: 1.6rem; text-align: center; color: var(--ink);
}
.source small { order: -1; }
svg { position: absolute; inset: 0 auto auto 0; pointer-events: none; overflow: visible; }
path { fill: var(--accent); transition: fill-opacity 120ms, clip-path 650ms ease-out; clip-path: inset(0); }
path.ahead { clip-path: inset(0 0 100% 0); transition: none; } .upright path.ahead { clip-path: inset(0 100% 0 0); }
output {
  display: block; min-height: 3.2rem; margin-top: 0.9rem; overflow-wrap: anywhere; font-variant-numeric: tabular-nums;
}
@media (prefers-reduced-motion: reduce) { path, .target [role=option] { transition: none; } }
`;

const hint = 'Point at a word, or go there by Tab and arrow keys, to see what it is connected with.';

type Side = WordDetail['side'];

/** The two texts. */
export const sides: readonly Side[] = ['source', 'target'];

/** The content of `<residual-ribbons>`: the words of both texts, the ribbons between them, and the selected word. */
export class RibbonsView {
  #shown: Ribbons = { source: [], target: [], weights: { shape: [0, 0], data: [] } };
  #selected: WordDetail | undefined;
  #written = 0;
  /** The width of the element when it was drawn. */
  #drawnWidth = -1;
  readonly #host: HTMLElement;
  readonly #svg = makeSvg('svg', { 'aria-hidden': 'true' });
  readonly #groups = {
    source: make('div', { role: 'group', class: 'source', part: 'source', 'aria-label': 'source' }),
    target: make('div', { role: 'group', class: 'target', part: 'target', 'aria-label': 'translation' }),
  };
  readonly #list = make('div', { role: 'listbox', 'aria-label': 'words of both texts' });
  readonly #output = make('output', { 'aria-live': 'polite', part: 'sentence' });

  /** Fills the shadow root of an element, which fires the events. */
  constructor(host: HTMLElement, root: ShadowRoot) {
    this.#host = host;
    this.#list.append(this.#svg, this.#groups.source, this.#groups.target);
    root.append(make('div', { class: 'stage' }, this.#list), this.#output);
    onOption(this.#list, 'pointerover', ({ dataset }) => this.select(dataset.side as Side, Number(dataset.index)));
    this.#list.addEventListener('keydown', event => this.#move(event));
  }

  /** Draws again when the element changes or fonts are loaded, until the signal aborts. */
  observe(signal: AbortSignal): void {
    const resized = new ResizeObserver(() => {
      if (this.#host.clientWidth !== this.#drawnWidth) this.#draw();
    });
    resized.observe(this.#host);
    signal.addEventListener('abort', () => resized.disconnect());
    document.fonts?.ready.then(() => this.#draw());
  }

  /** Names the language of a text, or the text itself. */
  name(side: Side, attribute: 'lang' | 'aria-label', value: string): void {
    this.#groups[side].setAttribute(attribute, value);
  }

  get selected(): WordDetail | undefined {
    return this.#selected;
  }

  /** See `RibbonsElement.written`. */
  get written(): number {
    return this.#written;
  }

  set written(count: number) {
    this.#written = count;
    for (const [i, word] of this.#words('target').entries()) word.classList.toggle('ahead', i >= count);
    for (const path of this.#svg.querySelectorAll('path'))
      path.classList.toggle('ahead', Number(path.dataset.target) >= count);
  }

  /** See `RibbonsElement.show`. */
  show(ribbons: Ribbons, written: number): void {
    expectFit(ribbons);
    this.#shown = ribbons;
    this.#selected = undefined;
    this.#written = written;
    this.#output.textContent = ribbons.target.length > 0 ? hint : '';
    this.#list.classList.toggle('spaced', ribbons.joined !== undefined);
    for (const side of sides)
      this.#groups[side].replaceChildren(...ribbons[side].map((_, index) => wordOption(ribbons, side, index)));
    this.#words('target')[0]?.setAttribute('tabindex', '0');
    this.#draw();
  }

  /** See `RibbonsElement.rectOf`. */
  rectOf(side: Side, index: number): DOMRect {
    return this.#words(side)[index]?.getBoundingClientRect() ?? new DOMRect();
  }

  /** See `RibbonsElement.select`. */
  select(side: Side, index: number): WordDetail {
    const word = this.#words(side)[index];
    if (!word) throw new RangeError(`residual-ribbons: the ${side} has no word ${index}`);
    if (this.#selected?.side === side && this.#selected.index === index) return this.#selected;
    const detail = { side, index, weights: weightsOf(this.#shown, side, index) };
    this.#selected = detail;
    selectOption([...this.#words('source'), ...this.#words('target')], word);
    for (const each of this.#words(side)) highlight(each);
    for (const [i, each] of this.#words(otherSide(side)).entries()) highlight(each, detail.weights[i]!);
    this.#output.textContent = sentenceOf(this.#shown, detail);
    this.#shade();
    fire(this.#host, 'residual-word', detail);
    return detail;
  }

  #words(side: Side): HTMLElement[] {
    return [...this.#groups[side].children] as HTMLElement[];
  }

  /** Lays out words and ribbons: the rows one above the other, or side by side if they are wider than the element. */
  #draw(): void {
    const width = this.#host.clientWidth;
    this.#drawnWidth = width;
    if (width === 0) return;
    this.#list.classList.remove('upright');
    const upright = Math.max(...sides.map(side => widthOf(this.#words(side)))) > width;
    this.#list.classList.toggle('upright', upright);
    this.#host.setAttribute('layout', upright ? 'columns' : 'rows');
    const corner = this.#list.getBoundingClientRect();
    const [sources, targets] = [
      this.#words('source').map(word => boxOf(word, corner, upright ? 'right' : 'bottom')),
      this.#words('target').map(word => boxOf(word, corner, upright ? 'left' : 'top')),
    ];
    const paths = ribbonsOf(this.#shown.weights.data, sources, targets).map(ribbon => {
      const { source, target, weight } = ribbon;
      const d = outline(ribbon, sources[source]!.edge, targets[target]!.edge, upright);
      return makeSvg('path', { d, 'data-source': `${source}`, 'data-target': `${target}`, 'data-weight': `${weight}` });
    });
    this.#svg.setAttribute('width', String(corner.width));
    this.#svg.setAttribute('height', String(corner.height));
    this.#svg.replaceChildren(...paths);
    this.written = this.#written;
    this.#shade();
  }

  /** Emphasizes the ribbons of the selected word. */
  #shade(): void {
    for (const path of this.#svg.querySelectorAll('path')) {
      const { side, index } = this.#selected ?? {};
      const weight = Number(path.dataset.weight);
      const isSelected = side !== undefined && path.dataset[side] === String(index);
      const opacity = side === undefined ? 0.12 + 0.5 * weight : isSelected ? 0.35 + 0.6 * weight : 0.06;
      path.style.fillOpacity = opacity.toFixed(3);
    }
  }

  #move(event: KeyboardEvent): void {
    if (!this.#selected) return;
    const { side, index, weights } = this.#selected;
    const upright = this.#list.classList.contains('upright');
    const [next, previous] = upright ? ['ArrowDown', 'ArrowUp'] : ['ArrowRight', 'ArrowLeft'];
    const across = upright ? ['ArrowLeft', 'ArrowRight'] : ['ArrowUp', 'ArrowDown'];
    const words = this.#words(side);
    const along = { [next]: index + 1, [previous]: index - 1, Home: 0, End: words.length - 1 }[event.key];
    const other = across.includes(event.key) ? sides[across.indexOf(event.key)]! : side;
    if (along === undefined && !across.includes(event.key)) return;
    event.preventDefault();
    const strongest = weights.indexOf(Math.max(...weights));
    const word = other === side ? words[along ?? index] : this.#words(other)[strongest];
    word?.focus();
  }
}

const otherSide = (side: Side): Side => (side === 'source' ? 'target' : 'source');

/** Errors if the weights are not [targets, sources]. */
function expectFit({ source, target, weights: { shape, data } }: Ribbons): void {
  const [rows, columns] = shape;
  if (rows === target.length && columns === source.length && data.length === rows * columns) return;
  throw new RangeError(
    `residual-ribbons: ${data.length} weights [${shape}] do not fit ${target.length} target words ` +
      `and ${source.length} source words; they need [${target.length}, ${source.length}]`,
  );
}

function wordOption(ribbons: Ribbons, side: Side, index: number): HTMLElement {
  const attributes = { role: 'option', 'aria-selected': 'false', 'data-side': side, 'data-index': `${index}` };
  const word = ribbons[side][index]!;
  const option = make('div', { ...attributes, tabindex: '-1' }, make('span', {}, word), make('small'));
  option.classList.toggle('joined', ribbons.joined?.[side][index] === true);
  if (side === 'target' && ribbons.unsure?.includes(index)) {
    option.classList.add('unsure');
    option.setAttribute('aria-label', `${word}, unsure`);
  }
  return option;
}

/** The weights of a word, one for each word of the other text. */
function weightsOf({ source, target, weights }: Ribbons, side: Side, index: number): number[] {
  const at = (row: number, column: number) => weights.data[row * source.length + column]!;
  return side === 'target' ? source.map((_, i) => at(index, i)) : target.map((_, i) => at(i, index));
}

/** The largest weights of a word, as a sentence. */
function sentenceOf(ribbons: Ribbons, { side, index, weights }: WordDetail): string {
  const other = ribbons[otherSide(side)];
  const sorted = weights.map((weight, i) => [weight, other[i]!] as const).sort(([a], [b]) => b - a);
  const shown = sorted.slice(0, 4).filter(([weight]) => weight >= 0.01);
  const list = shown.map(([weight, word]) => `“${word}” ${weight.toFixed(3)}`).join(', ');
  return `“${ribbons[side][index]!}” ${side === 'target' ? 'looked at' : 'was looked at by'} ${list || 'no word'}`;
}

/** The box of a word, from the corner of the list; `edge` faces the other text. */
function boxOf(word: HTMLElement, corner: DOMRect, edge: 'left' | 'right' | 'top' | 'bottom'): WordBox {
  const rect = word.getBoundingClientRect();
  if (edge === 'left' || edge === 'right')
    return { along: rect.top - corner.top, size: rect.height, edge: rect[edge] - corner.left };
  return { along: rect.left - corner.left, size: rect.width, edge: rect[edge] - corner.top };
}

/** Highlights a word by a weight, which is written beside it; without a weight it removes the highlight. */
function highlight(word: HTMLElement, weight = 0): void {
  word.style.setProperty('--share', `${(Math.sqrt(Math.min(weight, 1)) * 60).toFixed(1)}%`);
  word.querySelector('small')!.textContent = weight >= 0.01 ? weight.toFixed(2).replace(/^0/, '') : '';
}

/** The width of words side by side, in pixels. */
function widthOf(words: readonly HTMLElement[]): number {
  const [first, last] = [words[0], words.at(-1)];
  return first && last ? last.getBoundingClientRect().right - first.getBoundingClientRect().left + 8 : 0;
}
