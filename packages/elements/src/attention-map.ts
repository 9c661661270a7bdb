import type { AttentionOptions, AttentionWeights, CellDetail } from './attention.js';
import { cellAt, firstQuery, type Layout, layoutOf, unmaskedKeys } from './attention-layout.js';
import { paint, type Theme } from './attention-paint.js';
import { fire, gridMove, make, onColourScheme, showSpaces } from './parts.js';

/** The style sheet of the map. */
export const mapStyle = `
.map {
  position: relative; overflow: auto; max-width: 100%; max-height: min(80vh, 44rem); width: fit-content;
  touch-action: pan-x pan-y;
}
canvas { display: block; }
:host([off]) .map {
  --stripe: color-mix(in srgb, var(--ink) 22%, transparent);
  background: repeating-linear-gradient(-45deg, transparent 0 6px, var(--stripe) 6px 7px) local;
}
:host([off]) canvas { opacity: 0.45; }
.mark {
  position: absolute; inset: 0 auto auto 0; pointer-events: none;
  box-shadow: inset 0 0 0 1.5px var(--ink); border-radius: 1px;
}
.row, .column {
  position: absolute; inset: 0 auto auto 0; pointer-events: none; background: var(--ink); opacity: 0.07;
}
output {
  display: block; min-height: 1.6rem; margin-top: 0.75rem; font-variant-numeric: tabular-nums; overflow-wrap: anywhere;
}
.accent { color: var(--accent); } .ink { color: var(--ink); }
.paper { color: var(--paper); } .line { color: var(--line); }
.probe { display: none; font: 0.75rem var(--mono); }
`;

/** The largest length of a label in characters. */
const maxLabel = 18;
const shortened = (text: string) => (text.length > maxLabel ? `${text.slice(0, maxLabel - 1)}…` : text);
const hint = 'Point at a cell, or move with the arrow keys, to read its weight.';

/** The content of `<residual-attention>`: a canvas with the weights of one head, and the selected cell below it. */
export class AttentionMap {
  #keys: readonly string[] = [];
  #queries: readonly string[] = [];
  #data: ArrayLike<number> = [];
  #size = { queryLen: 0, keyLen: 0, masked: true };
  #layout: Layout | undefined;
  #cell: { readonly query: number; readonly key: number } | undefined;
  /** The weights that the last event reported. */
  #reported: ArrayLike<number> | undefined;
  /** The width of the element when it was drawn. */
  #drawnWidth = 0;
  readonly #host: HTMLElement;
  readonly #canvas = make('canvas', { 'aria-hidden': 'true' });
  readonly #marks = ['row', 'column', 'mark'].map(name => make('div', { class: name, hidden: '' }));
  readonly #probes = ['accent', 'ink', 'paper', 'line'].map(name => make('span', { class: `probe ${name}` }));
  readonly #output = make('output', { 'aria-live': 'polite' });
  readonly #map = make('div', {
    class: 'map',
    role: 'application',
    'aria-roledescription': 'attention map',
    'aria-label': 'attention weights, read with the arrow keys',
  });

  /** Fills the shadow root of an element, which fires the events. */
  constructor(host: HTMLElement, root: ShadowRoot) {
    this.#host = host;
    this.#map.append(this.#canvas, ...this.#marks);
    root.append(...this.#probes, this.#map, this.#output);
    for (const event of ['pointermove', 'pointerdown'] as const)
      this.#map.addEventListener(event, ({ clientX, clientY }) => {
        const { left, top } = this.#canvas.getBoundingClientRect();
        const cell = this.#layout && cellAt(this.#layout, clientX - left, clientY - top);
        if (cell) this.#select(cell.query, cell.key);
      });
    this.#map.addEventListener('focus', () => {
      if (!this.#cell && this.#size.queryLen > 0) this.read(this.#size.queryLen - 1, 0);
    });
    this.#map.addEventListener('keydown', event => this.#move(event));
  }

  /** Draws again when the element or the colours change, until the signal aborts. */
  observe(signal: AbortSignal): void {
    const resized = new ResizeObserver(() => {
      if (this.#host.clientWidth !== this.#drawnWidth) this.#draw();
    });
    resized.observe(this.#host);
    signal.addEventListener('abort', () => resized.disconnect());
    onColourScheme(() => this.#draw(), signal);
  }

  /** See `AttentionElement.show`. */
  show(tokens: readonly string[], weights: AttentionWeights, options: AttentionOptions = {}): void {
    const [queryLen, keyLen] = weights.shape;
    const queries = options.queries ?? tokens.slice(keyLen - queryLen);
    const masked = options.masked ?? !options.queries;
    expectFit(tokens.length, queries.length, weights);
    const before = [this.#keys, this.#queries, this.#size.masked];
    this.#keys = tokens.map(showSpaces);
    this.#queries = queries.map(showSpaces);
    this.#data = weights.data;
    this.#size = { queryLen, keyLen, masked };
    const isSame = JSON.stringify(before) === JSON.stringify([this.#keys, this.#queries, masked]);
    if (!isSame) this.#cell = undefined;
    this.#describe();
    if (queryLen > 0) this.#map.tabIndex = 0;
    this.#draw();
  }

  /** See `AttentionElement.read`. */
  read(query: number, key: number): CellDetail {
    const detail = this.#select(query, key);
    this.#reveal(query, key);
    return detail;
  }

  /** See `AttentionElement.rectOf`. */
  rectOf(query: number, key: number): DOMRect {
    const layout = this.#layout;
    if (!layout || query >= layout.queryLen || key >= unmaskedKeys(layout, query)) return new DOMRect();
    const { left, top } = this.#canvas.getBoundingClientRect();
    const { cell } = layout;
    return new DOMRect(left + layout.left + key * cell, top + layout.top + query * cell, cell, cell);
  }

  #select(query: number, key: number): CellDetail {
    const { queryLen, keyLen } = this.#size;
    const isCell = [query, key].every(Number.isInteger) && query >= 0 && query < queryLen;
    if (!isCell || key < 0 || key >= unmaskedKeys(this.#size, query))
      throw new RangeError(`residual-attention: query ${query} has no key ${key} to look at`);
    const detail: CellDetail = { query, key, weight: this.#data[query * keyLen + key]! };
    if (this.#cell?.query === query && this.#cell.key === key && this.#reported === this.#data) return detail;
    this.#cell = { query, key };
    this.#reported = this.#data;
    this.#describe();
    this.#mark();
    fire(this.#host, 'residual-cell', detail);
    return detail;
  }

  /** Scrolls a map that is larger than its box, so that the cell is visible, and the labels too if both fit. */
  #reveal(query: number, key: number): void {
    if (!this.#layout) return;
    const { cell, left, top } = this.#layout;
    const nearest = (from: number, size: number, at: number) =>
      at + 2 * cell <= size ? 0 : Math.min(Math.max(from, at + 2 * cell - size), at - cell);
    const { scrollLeft, scrollTop, clientWidth, clientHeight } = this.#map;
    const [x, y] = [left + key * cell, top + query * cell];
    this.#map.scrollTo(nearest(scrollLeft, clientWidth, x), nearest(scrollTop, clientHeight, y));
  }

  /** Writes the selected cell below the map, or how to select one. */
  #describe(): void {
    if (!this.#cell) {
      this.#output.textContent = hint;
      return;
    }
    const { query, key } = this.#cell;
    const weight = this.#data[query * this.#size.keyLen + key]!.toFixed(4);
    this.#output.textContent = `${this.#queries[query]} looks at ${this.#keys[key]}: ${weight}`;
  }

  #draw(): void {
    const available = this.#host.clientWidth;
    this.#drawnWidth = available;
    if (available === 0 || this.#size.keyLen === 0) return;
    const theme = this.#theme();
    const context = this.#canvas.getContext('2d')!;
    context.font = theme.font;
    const [keys, queries] = [this.#keys.map(shortened), this.#queries.map(shortened)];
    const widthOf = (text: string) => context.measureText(text).width;
    this.#layout = layoutOf(this.#size, available, queries.map(widthOf), keys.map(widthOf));
    paint(this.#canvas, this.#layout, { data: this.#data, queries, keys }, theme, devicePixelRatio);
    this.#mark();
  }

  /** The colours and the font, which the page decides. */
  #theme(): Theme {
    const styles = this.#probes.map(probe => getComputedStyle(probe));
    const [accent, ink, paper, line] = styles.map(({ color }) => color) as [string, string, string, string];
    const { fontSize, fontFamily } = styles[0]!;
    return { accent, ink, paper, line, font: `${fontSize} ${fontFamily}` };
  }

  /** Frames the selected cell, and shades its row and column. */
  #mark(): void {
    const [layout, selected] = [this.#layout, this.#cell];
    for (const mark of this.#marks) mark.hidden = !selected || !layout;
    if (!selected || !layout) return;
    const { cell, left, top } = layout;
    const [x, y] = [left + selected.key * cell, top + selected.query * cell];
    const [row, column, frame] = this.#marks;
    const first = firstQuery(layout, selected.key);
    place(row!, left, y, unmaskedKeys(layout, selected.query) * cell, cell);
    place(column!, x, top + first * cell, cell, (layout.queryLen - first) * cell);
    place(frame!, x, y, cell, cell);
  }

  #move(event: KeyboardEvent): void {
    const step = gridMove(event.key);
    if (!step || !this.#cell) return;
    event.preventDefault();
    const [query, key] = [this.#cell.query + step[0], this.#cell.key + step[1]];
    if (query >= 0 && query < this.#size.queryLen && key >= 0 && key < unmaskedKeys(this.#size, query))
      this.read(query, key);
  }
}

/** Errors if the numbers of tokens, queries and weights do not fit the shape. */
function expectFit(tokens: number, queries: number, { shape: [queryLen, keyLen], data }: AttentionWeights): void {
  const shape = `[queryLen ${queryLen}, keyLen ${keyLen}]`;
  if (tokens !== keyLen || data.length !== queryLen * keyLen)
    throw new RangeError(
      `residual-attention: ${tokens} tokens and ${data.length} weights do not fit ${shape}; ` +
        `they need ${keyLen} and ${queryLen * keyLen}`,
    );
  if (queries !== queryLen)
    throw new RangeError(`residual-attention: ${queries} queries do not fit ${shape}; they need ${queryLen}`);
}

/** Moves a mark to a rectangle, in pixels. */
function place(mark: HTMLElement, x: number, y: number, width: number, height: number): void {
  mark.style.transform = `translate(${x}px, ${y}px)`;
  [mark.style.width, mark.style.height] = [`${width}px`, `${height}px`];
}
