import { cellAt, firstQuery, type Layout, layoutOf, unmaskedKeys } from './attention-layout.js';
import { paint } from './attention-paint.js';
import { base, make, shadow, sheet, showSpaces } from './parts.js';

/** The attention weights of one head: `data[query * keyLen + key]`; each row sums to 1. */
export interface AttentionWeights {
  /** [queryLen, keyLen] */
  readonly shape: readonly [queryLen: number, keyLen: number];
  readonly data: ArrayLike<number>;
}

/** The detail of `residual-cell`: a query, a key and the weight between them. */
export interface CellDetail {
  readonly query: number;
  readonly key: number;
  readonly weight: number;
}

/** Options of `AttentionElement.show`. */
export interface AttentionOptions {
  /** The tokens of the queries [queryLen], for cross-attention. If absent, the last queryLen tokens. */
  readonly queries?: readonly string[];
  /** Whether keys after their query are masked; true if absent, but false with `queries`. */
  readonly masked?: boolean;
}

/**
 * `<residual-attention>`: the attention weights of one head, with a row for each query and a column for each key: a
 * triangle under a causal mask, else a rectangle.
 */
export interface AttentionElement extends HTMLElement {
  /**
   * Shows the weights of one head over tokens [keyLen]. The selected cell stays if the tokens are the same. Throws if
   * the shapes do not fit.
   */
  show(tokens: readonly string[], weights: AttentionWeights, options?: AttentionOptions): void;
  /**
   * Selects a cell, as the pointer and the arrow keys do, and fires `residual-cell`. Throws if the cell is masked or
   * does not exist.
   */
  read(query: number, key: number): CellDetail;
  /** The rectangle of a cell on the screen; of size 0 if there is none. */
  rectOf(query: number, key: number): DOMRect;
}

declare global {
  interface HTMLElementTagNameMap {
    'residual-attention': AttentionElement;
  }
}

const style = `
.map { position: relative; overflow: auto; max-width: 100%; max-height: min(80vh, 44rem); width: fit-content; touch-action: pan-x pan-y; }
canvas { display: block; }
.mark { position: absolute; inset: 0 auto auto 0; pointer-events: none; box-shadow: inset 0 0 0 1.5px var(--ink); border-radius: 1px; }
.row, .column { position: absolute; inset: 0 auto auto 0; pointer-events: none; background: var(--ink); opacity: 0.07; }
output { display: block; min-height: 1.6rem; margin-top: 0.75rem; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.accent { color: var(--accent); } .ink { color: var(--ink); } .paper { color: var(--paper); } .line { color: var(--line); }
.probe { display: none; font: 0.75rem var(--mono); }
`;

const longest = 18;
const short = (text: string) => (text.length > longest ? `${text.slice(0, longest - 1)}…` : text);
const hint = 'Point at a cell, or move with the arrow keys, to read its weight.';

/**
 * Defines `<residual-attention>`. It fires `residual-cell` with a `CellDetail` when a cell is selected. Does nothing if
 * it is already defined.
 */
export function defineAttention(): void {
  if (customElements.get('residual-attention')) return;
  const shared = sheet(base, style);
  customElements.define(
    'residual-attention',
    class extends HTMLElement implements AttentionElement {
      #keys: readonly string[] = [];
      #queries: readonly string[] = [];
      #data: ArrayLike<number> = [];
      #size = { queryLen: 0, keyLen: 0, masked: true };
      #layout: Layout | undefined;
      #cell: { readonly query: number; readonly key: number } | undefined;
      /** The weights that the last event reported. */
      #reported: ArrayLike<number> | undefined;
      readonly #canvas = make('canvas', { 'aria-hidden': 'true' });
      readonly #marks = ['row', 'column', 'mark'].map(name => make('div', { class: name, hidden: '' }));
      readonly #probes = ['accent', 'ink', 'paper', 'line'].map(name => make('span', { class: `probe ${name}` }));
      readonly #output = make('output', { 'aria-live': 'polite' });
      readonly #map = make('div', { class: 'map', role: 'application', 'aria-roledescription': 'attention map' });
      #drawnFor = 0;
      readonly #resized = new ResizeObserver(() => {
        if (this.clientWidth !== this.#drawnFor) this.#draw();
      });
      readonly #scheme = matchMedia('(prefers-color-scheme: dark)');
      readonly #redraw = () => this.#draw();

      constructor() {
        super();
        this.#map.append(this.#canvas, ...this.#marks);
        this.#map.setAttribute('aria-label', 'attention weights, read with the arrow keys');
        shadow(this, shared).append(...this.#probes, this.#map, this.#output);
        for (const event of ['pointermove', 'pointerdown'] as const)
          this.#map.addEventListener(event, ({ clientX, clientY }) => {
            const { left, top } = this.#canvas.getBoundingClientRect();
            const cell = this.#layout && cellAt(this.#layout, clientX - left, clientY - top);
            if (cell) this.#read(cell.query, cell.key);
          });
        this.#map.addEventListener('focus', () => {
          if (!this.#cell && this.#size.queryLen > 0) this.read(this.#size.queryLen - 1, 0);
        });
        this.#map.addEventListener('keydown', event => this.#move(event));
      }

      connectedCallback(): void {
        this.#resized.observe(this);
        this.#scheme.addEventListener('change', this.#redraw);
      }

      disconnectedCallback(): void {
        this.#resized.disconnect();
        this.#scheme.removeEventListener('change', this.#redraw);
      }

      show(
        tokens: readonly string[],
        weights: AttentionWeights,
        { queries, masked = !queries }: AttentionOptions = {},
      ): void {
        const [queryLen, keyLen] = weights.shape;
        if (tokens.length !== keyLen || weights.data.length !== queryLen * keyLen) {
          throw new RangeError(
            `residual-attention: ${tokens.length} tokens and ${weights.data.length} weights do not fit [queryLen ${queryLen}, keyLen ${keyLen}]; they need ${keyLen} and ${queryLen * keyLen}`,
          );
        }
        const asking = queries ?? tokens.slice(keyLen - queryLen);
        if (asking.length !== queryLen) {
          throw new RangeError(
            `residual-attention: ${asking.length} queries do not fit [queryLen ${queryLen}, keyLen ${keyLen}]; they need ${queryLen}`,
          );
        }
        const before = [this.#keys, this.#queries, this.#size.masked];
        this.#keys = tokens.map(showSpaces);
        this.#queries = asking.map(showSpaces);
        this.#data = weights.data;
        this.#size = { queryLen, keyLen, masked };
        const isSame = JSON.stringify(before) === JSON.stringify([this.#keys, this.#queries, masked]);
        if (!isSame) this.#cell = undefined;
        this.#say();
        if (queryLen > 0) this.#map.tabIndex = 0;
        this.#draw();
      }

      read(query: number, key: number): CellDetail {
        const detail = this.#read(query, key);
        this.#reveal(query, key);
        return detail;
      }

      #read(query: number, key: number): CellDetail {
        const { queryLen, keyLen } = this.#size;
        const isCell = [query, key].every(Number.isInteger) && query >= 0 && query < queryLen;
        if (!isCell || key < 0 || key >= unmaskedKeys(this.#size, query))
          throw new RangeError(`residual-attention: query ${query} has no key ${key} to look at`);
        const detail: CellDetail = { query, key, weight: this.#data[query * keyLen + key]! };
        if (this.#cell?.query === query && this.#cell.key === key && this.#reported === this.#data) return detail;
        this.#cell = { query, key };
        this.#reported = this.#data;
        this.#say();
        this.#mark();
        this.dispatchEvent(new CustomEvent('residual-cell', { detail, bubbles: true, composed: true }));
        return detail;
      }

      /** Scrolls a map that is larger than its box, so that the cell is visible, and the labels too if both fit. */
      #reveal(query: number, key: number): void {
        if (!this.#layout) return;
        const { cell, left, top } = this.#layout;
        const nearest = (from: number, room: number, at: number) =>
          at + 2 * cell <= room ? 0 : Math.min(Math.max(from, at + 2 * cell - room), at - cell);
        const { scrollLeft, scrollTop, clientWidth, clientHeight } = this.#map;
        const [x, y] = [left + key * cell, top + query * cell];
        this.#map.scrollTo(nearest(scrollLeft, clientWidth, x), nearest(scrollTop, clientHeight, y));
      }

      /** Writes the selected cell below the map, or how to select one. */
      #say(): void {
        const { query, key } = this.#cell ?? {};
        this.#output.textContent =
          query === undefined || key === undefined
            ? hint
            : `${this.#queries[query]} looks at ${this.#keys[key]}: ${this.#data[query * this.#size.keyLen + key]!.toFixed(4)}`;
      }

      rectOf(query: number, key: number): DOMRect {
        const layout = this.#layout;
        if (!layout || query >= layout.queryLen || key >= unmaskedKeys(layout, query)) return new DOMRect();
        const { left, top } = this.#canvas.getBoundingClientRect();
        const { cell } = layout;
        return new DOMRect(left + layout.left + key * cell, top + layout.top + query * cell, cell, cell);
      }

      #draw(): void {
        const available = this.clientWidth;
        this.#drawnFor = available;
        if (available === 0 || this.#size.keyLen === 0) return;
        const [accent, ink, paper, line] = this.#probes.map(probe => getComputedStyle(probe).color) as [
          string,
          string,
          string,
          string,
        ];
        const { fontSize, fontFamily } = getComputedStyle(this.#probes[0]!);
        const font = `${fontSize} ${fontFamily}`;
        const context = this.#canvas.getContext('2d')!;
        context.font = font;
        const [keys, queries] = [this.#keys.map(short), this.#queries.map(short)];
        const widthOf = (text: string) => context.measureText(text).width;
        this.#layout = layoutOf(this.#size, available, queries.map(widthOf), keys.map(widthOf));
        paint(
          this.#canvas,
          this.#layout,
          { data: this.#data, queries, keys },
          { accent, ink, paper, line, font },
          devicePixelRatio,
        );
        this.#mark();
      }

      /** Frames the selected cell, and its row and column. */
      #mark(): void {
        const [layout, read] = [this.#layout, this.#cell];
        for (const mark of this.#marks) mark.hidden = !read || !layout;
        if (!read || !layout) return;
        const { cell, left, top } = layout;
        const [x, y] = [left + read.key * cell, top + read.query * cell];
        const place = (mark: HTMLElement, ...[atX, atY, width, height]: [number, number, number, number]) => {
          mark.style.transform = `translate(${atX}px, ${atY}px)`;
          [mark.style.width, mark.style.height] = [`${width}px`, `${height}px`];
        };
        const [row, column, mark] = this.#marks;
        place(row!, left, y, unmaskedKeys(layout, read.query) * cell, cell);
        const from = firstQuery(layout, read.key);
        place(column!, x, top + from * cell, cell, (layout.queryLen - from) * cell);
        place(mark!, x, y, cell, cell);
      }

      #move(event: KeyboardEvent): void {
        const step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
        if (!step || !this.#cell) return;
        event.preventDefault();
        const [query, key] = [this.#cell.query + step[0]!, this.#cell.key + step[1]!];
        if (query >= 0 && query < this.#size.queryLen && key >= 0 && key < unmaskedKeys(this.#size, query))
          this.read(query, key);
      }
    },
  );
}
