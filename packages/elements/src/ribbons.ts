import { base, make, shadow, sheet } from './parts.js';
import { outline, ribbonsOf, type WordBox } from './ribbon-layout.js';

/** The detail of `residual-word`: a word of one of the two texts. */
export interface WordDetail {
  readonly side: 'source' | 'target';
  readonly index: number;
  /** Its weights, one for each word of the other text. */
  readonly weights: readonly number[];
}

/** The words of two texts, and the attention weights from target words to source words. */
export interface Ribbons {
  readonly source: readonly string[];
  readonly target: readonly string[];
  readonly weights: { readonly shape: readonly number[]; readonly data: ArrayLike<number> };
}

/**
 * `<residual-ribbons>`: the words of two texts with ribbons between them whose widths are the weights; a word is
 * selected by pointer, or by Tab and arrow keys.
 */
export interface RibbonsElement extends HTMLElement {
  /** Shows two texts. Throws if the weights are not [targets, sources]. */
  show(ribbons: Ribbons): void;
  /** Selects a word, as the pointer does, and fires `residual-word`. Throws if there is none. */
  select(side: WordDetail['side'], index: number): WordDetail;
  /** The selected word; undefined if there is none. */
  readonly selected: WordDetail | undefined;
}

declare global {
  interface HTMLElementTagNameMap {
    'residual-ribbons': RibbonsElement;
  }
}

const style = `
.stage { position: relative; overflow-x: auto; }
[role=listbox] { position: relative; display: grid; gap: 6.5rem; width: max-content; min-width: 100%; padding: 3px; box-sizing: border-box; }
[role=group] { display: flex; gap: 0.15rem clamp(0.3rem, 1.7vw, 1.6rem); justify-content: center; }
.upright[role=listbox] { grid-template-columns: auto auto; justify-content: space-between; gap: 4rem; width: 100%; }
.upright [role=group] { flex-direction: column; justify-content: start; }
.upright .source { align-items: end; } .upright .target { align-items: start; }
[role=option] { --share: 0%; display: grid; justify-items: center; padding: 0.15rem 0.45rem; border-radius: 0.35rem; cursor: default; position: relative;
  font: 1.3125rem/1.35 var(--residual-serif, inherit); white-space: nowrap; background: color-mix(in srgb, var(--accent) var(--share), transparent); }
.upright [role=option] { grid-auto-flow: column; gap: 0.5rem; align-items: baseline; font-size: 1.125rem; }
.upright .source [role=option] { direction: ltr; } .upright .source small { order: -1; }
[aria-selected=true][role=option] { box-shadow: inset 0 0 0 2px var(--accent); }
small { font: 0.6875rem/1.2 var(--mono); min-height: 0.825rem; min-width: 1.6rem; text-align: center; color: var(--ink); }
.source small { order: -1; }
svg { position: absolute; inset: 0 auto auto 0; pointer-events: none; overflow: visible; }
path { fill: var(--accent); transition: fill-opacity 120ms; }
output { display: block; min-height: 3.2rem; margin-top: 0.9rem; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
@media (prefers-reduced-motion: reduce) { path { transition: none; } }
`;

const hint = 'Point at a word, or go there by Tab and arrow keys, to see what it is connected with.';
const sides = ['source', 'target'] as const;

/**
 * Defines `<residual-ribbons>`. It fires `residual-word` with a `WordDetail` when the pointer or the focus moves to a
 * word. Its attributes `source-lang` and `target-lang` are the languages of the texts, `source-label` and
 * `target-label` their names. Does nothing if it is already defined.
 */
export function defineRibbons(): void {
  if (customElements.get('residual-ribbons')) return;
  const shared = sheet(base, style);
  customElements.define(
    'residual-ribbons',
    class extends HTMLElement implements RibbonsElement {
      static readonly observedAttributes = sides.flatMap(side => [`${side}-lang`, `${side}-label`]);
      #shown: Ribbons = { source: [], target: [], weights: { shape: [0, 0], data: [] } };
      #selected: WordDetail | undefined;
      #drawnFor = -1;
      readonly #svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
      readonly #groups = {
        source: make('div', { role: 'group', class: 'source', 'aria-label': 'source' }),
        target: make('div', { role: 'group', class: 'target', 'aria-label': 'translation' }),
      };
      readonly #list = make('div', { role: 'listbox', 'aria-label': 'words of both texts' });
      readonly #output = make('output', { 'aria-live': 'polite' });
      readonly #resized = new ResizeObserver(() => {
        if (this.clientWidth !== this.#drawnFor) this.#draw();
      });

      constructor() {
        super();
        this.#svg.setAttribute('aria-hidden', 'true');
        this.#list.append(this.#svg, this.#groups.source, this.#groups.target);
        shadow(this, shared).append(make('div', { class: 'stage' }, this.#list), this.#output);
        const selectFrom = (event: Event) => {
          const word = (event.target as Element).closest<HTMLElement>('[role=option]');
          if (word) this.select(word.dataset.side as WordDetail['side'], Number(word.dataset.index));
        };
        for (const event of ['pointerover', 'pointerdown', 'focusin']) this.#list.addEventListener(event, selectFrom);
        this.#list.addEventListener('keydown', event => this.#move(event));
      }

      connectedCallback(): void {
        this.#resized.observe(this);
        document.fonts?.ready.then(() => this.#draw());
      }

      disconnectedCallback(): void {
        this.#resized.disconnect();
      }

      attributeChangedCallback(name: string, _: string | null, value: string | null): void {
        const [side, what] = name.split('-') as [WordDetail['side'], 'lang' | 'label'];
        this.#groups[side].setAttribute(what === 'lang' ? 'lang' : 'aria-label', value ?? side);
      }

      get selected(): WordDetail | undefined {
        return this.#selected;
      }

      show(ribbons: Ribbons): void {
        const { source, target, weights } = ribbons;
        const [rows, columns] = weights.shape;
        if (rows !== target.length || columns !== source.length || weights.data.length !== rows * columns) {
          throw new RangeError(
            `residual-ribbons: ${weights.data.length} weights [${weights.shape}] do not fit ${target.length} target words and ${source.length} source words; they need [${target.length}, ${source.length}]`,
          );
        }
        this.#shown = ribbons;
        this.#selected = undefined;
        this.#output.textContent = target.length > 0 ? hint : '';
        for (const side of sides) {
          const words = ribbons[side].map((word, index) => {
            const settings = { role: 'option', 'aria-selected': 'false', 'data-side': side, 'data-index': `${index}` };
            return make('div', { ...settings, tabindex: '-1' }, make('span', {}, word), make('small'));
          });
          this.#groups[side].replaceChildren(...words);
        }
        this.#words('target')[0]?.setAttribute('tabindex', '0');
        this.#draw();
      }

      select(side: WordDetail['side'], index: number): WordDetail {
        const word = this.#words(side)[index];
        if (!word) throw new RangeError(`residual-ribbons: the ${side} has no word ${index}`);
        const detail = { side, index, weights: this.#weightsOf(side, index) };
        if (this.#selected?.side === side && this.#selected.index === index) return this.#selected;
        this.#selected = detail;
        for (const each of [...this.#words('source'), ...this.#words('target')]) {
          each.setAttribute('aria-selected', String(each === word));
          each.tabIndex = each === word ? 0 : -1;
        }
        const other = side === 'source' ? 'target' : 'source';
        for (const each of this.#words(side)) highlight(each);
        for (const [i, each] of this.#words(other).entries()) highlight(each, detail.weights[i]!);
        this.#output.textContent = this.#sentence(detail);
        this.#shade();
        this.dispatchEvent(new CustomEvent('residual-word', { detail, bubbles: true, composed: true }));
        return detail;
      }

      #words(side: WordDetail['side']): HTMLElement[] {
        return [...this.#groups[side].children] as HTMLElement[];
      }

      #weightsOf(side: WordDetail['side'], index: number): number[] {
        const { source, target, weights } = this.#shown;
        const at = (row: number, column: number) => weights.data[row * source.length + column]!;
        return side === 'target' ? source.map((_, i) => at(index, i)) : target.map((_, i) => at(i, index));
      }

      #sentence({ side, index, weights }: WordDetail): string {
        const other = this.#shown[side === 'source' ? 'target' : 'source'];
        const sorted = weights.map((weight, i) => [weight, other[i]!] as const).sort(([a], [b]) => b - a);
        const shown = sorted.slice(0, 4).filter(([weight]) => weight >= 0.01);
        const list = shown.map(([weight, word]) => `“${word}” ${weight.toFixed(3)}`).join(', ');
        const word = `“${this.#shown[side][index]!}”`;
        return `${word} ${side === 'target' ? 'looked at' : 'was looked at by'} ${list || 'no word'}`;
      }

      /**
       * Lays out words and ribbons: the rows one above the other, or side by side if they are wider than the element.
       */
      #draw(): void {
        this.#drawnFor = this.clientWidth;
        if (this.clientWidth === 0) return;
        this.#list.classList.remove('upright');
        const widest = Math.max(...sides.map(side => widthOf(this.#words(side))));
        const upright = widest > this.clientWidth;
        this.#list.classList.toggle('upright', upright);
        const corner = this.#list.getBoundingClientRect();
        const boxes = (side: WordDetail['side']) =>
          this.#words(side).map((word): WordBox => {
            const { left, right, top, bottom } = word.getBoundingClientRect();
            const isSource = side === 'source';
            if (upright)
              return { along: top - corner.top, size: bottom - top, edge: (isSource ? right : left) - corner.left };
            return { along: left - corner.left, size: right - left, edge: (isSource ? bottom : top) - corner.top };
          });
        const [sources, targets] = [boxes('source'), boxes('target')];
        const paths = ribbonsOf(this.#shown.weights.data, sources, targets).map(ribbon => {
          const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
          path.setAttribute('d', outline(ribbon, sources[ribbon.source]!.edge, targets[ribbon.target]!.edge, upright));
          path.dataset.source = String(ribbon.source);
          path.dataset.target = String(ribbon.target);
          path.dataset.weight = String(ribbon.weight);
          return path;
        });
        this.#svg.setAttribute('width', String(corner.width));
        this.#svg.setAttribute('height', String(corner.height));
        this.#svg.replaceChildren(...paths);
        this.#shade();
      }

      /** Emphasizes the ribbons of the selected word. */
      #shade(): void {
        for (const path of this.#svg.querySelectorAll('path')) {
          const { side, index } = this.#selected ?? {};
          const weight = Number(path.dataset.weight);
          const isOf = side !== undefined && path.dataset[side] === String(index);
          const opacity = side === undefined ? 0.12 + 0.5 * weight : isOf ? 0.35 + 0.6 * weight : 0.06;
          path.style.fillOpacity = opacity.toFixed(3);
        }
      }

      #move(event: KeyboardEvent): void {
        if (!this.#selected) return;
        const { side, index } = this.#selected;
        const upright = this.#list.classList.contains('upright');
        const [next, before] = upright ? ['ArrowDown', 'ArrowUp'] : ['ArrowRight', 'ArrowLeft'];
        const across = upright ? ['ArrowLeft', 'ArrowRight'] : ['ArrowUp', 'ArrowDown'];
        const words = this.#words(side);
        const along = { [next]: index + 1, [before]: index - 1, Home: 0, End: words.length - 1 }[event.key];
        const other = across.includes(event.key) ? sides[across.indexOf(event.key)]! : side;
        if (along === undefined && !across.includes(event.key)) return;
        event.preventDefault();
        const to = other === side ? words[along ?? index] : this.#words(other)[this.#strongest()];
        to?.focus();
      }

      /** The word of the other text with the largest weight to the selected word. */
      #strongest(): number {
        const { weights } = this.#selected!;
        return weights.indexOf(Math.max(...weights));
      }
    },
  );
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
