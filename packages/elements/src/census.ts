import {
  censusLayout,
  type MatrixArea,
  type MatrixKind,
  matrixKinds,
  totalOf,
  type WeightCensus,
} from './census-layout.js';
import { define, make, onColourScheme, shadow } from './parts.js';

/** Another model, drawn as a square of its weights at the same scale. */
export interface ComparedModel {
  readonly label: string;
  readonly weights: number;
}

/**
 * `<residual-census>`: all matrices of a transformer, the area of each its share of the weights, and other models as
 * squares at the same scale. The pointer reads a matrix; a table lists all kinds.
 */
export interface CensusElement extends HTMLElement {
  /** Shows a model, beside others at the same scale. */
  show(census: WeightCensus, compared?: readonly ComparedModel[]): void;
}

declare global {
  interface HTMLElementTagNameMap {
    'residual-census': CensusElement;
  }
}

const style = `
:host {
  --of-query: var(--query, light-dark(#3a4fb8, #9fb1ff)); --of-key: var(--key, light-dark(#a14a1d, #f0a77e));
  --of-value: var(--value, light-dark(#1f7350, #7fd0ab)); --of-output: light-dark(#63a98a, #4d8f72);
  --of-up: light-dark(#8a7bb5, #b3a5dd); --of-down: light-dark(#b9afd6, #83769f);
  --of-embedding: var(--muted); --of-unembedding: light-dark(#a5a199, #6d6a64);
}
.picture { position: relative; }
canvas { display: block; width: 100%; aspect-ratio: var(--aspect, 2); border-radius: 0.3rem; }
.others { display: flex; flex-wrap: wrap; align-items: end; gap: 0.75rem 1.5rem; margin-top: 0.75rem; }
figure { display: grid; gap: 0.3rem; justify-items: start; margin: 0; max-width: 100%; }
figure i:not([hidden]) { display: block; max-width: 100%; min-width: 2px; min-height: 2px; background: var(--accent); }
figcaption { font-size: 0.8125rem; color: var(--muted); }
output { display: block; min-height: 1.4em; margin-top: 0.5rem; font-size: 0.875rem; color: var(--muted); }
table { border-collapse: collapse; width: 100%; margin-top: 0.75rem; font-size: 0.875rem; }
th, td { padding: 0.2rem 0.6rem 0.2rem 0; text-align: start; font-weight: inherit; }
thead th { font-size: 0.75rem; color: var(--muted); border-bottom: 1px solid var(--line); }
td, thead th + th { text-align: end; font-variant-numeric: tabular-nums; }
th i { display: inline-block; width: 0.75rem; height: 0.75rem; margin-right: 0.5rem; border-radius: 0.15rem; }
@media (prefers-reduced-motion: no-preference) {
  figure i { transition: width 700ms cubic-bezier(0.3, 0, 0.2, 1), height 700ms cubic-bezier(0.3, 0, 0.2, 1); }
}
`;

const names: Readonly<Record<MatrixKind, string>> = {
  embedding: 'embedding',
  query: 'query',
  key: 'key',
  value: 'value (down)',
  output: 'output (value up)',
  up: 'perceptron, up',
  down: 'perceptron, down',
  unembedding: 'unembedding',
};

const grouped = (value: number) => value.toLocaleString('en');

/** Whether a kind has a matrix of its own for each head. */
const isOfHeads = (kind: MatrixKind) => kind === 'query' || kind === 'key' || kind === 'value';

/** The number of matrices of a kind. */
const countOf = ({ blocks, heads, ...census }: WeightCensus, kind: MatrixKind) => {
  if (census[kind] === 0) return 0;
  return kind === 'embedding' || kind === 'unembedding' ? 1 : blocks * (isOfHeads(kind) ? heads : 1);
};

function rowOf(census: WeightCensus, kind: MatrixKind): HTMLElement {
  const swatch = make('i');
  swatch.style.background = `var(--of-${kind})`;
  const name = make('th', { scope: 'row' }, swatch, names[kind]);
  return make('tr', {}, name, make('td', {}, grouped(countOf(census, kind))), make('td', {}, grouped(census[kind])));
}

/** Paints the matrices, with a thin gap between them where there is space for it. */
function paint(canvas: HTMLCanvasElement, areas: readonly MatrixArea[], ratio: number): void {
  const context = canvas.getContext('2d')!;
  const computed = getComputedStyle(canvas);
  context.clearRect(0, 0, canvas.width, canvas.height);
  for (const { kind, heads, x, y, width, height } of areas) {
    canvas.style.color = `var(--of-${kind})`;
    context.fillStyle = computed.color;
    const gap = Math.min(ratio, width * 0.15);
    const each = height / heads;
    const between = each > 3 * ratio ? ratio * 0.75 : 0;
    if (between === 0) context.fillRect(x, y, width - gap, height - ratio);
    else
      for (let head = 0; head < heads; head++)
        context.fillRect(x, y + head * each, width - gap, each - (head === heads - 1 ? ratio : between));
  }
  canvas.style.removeProperty('color');
}

/** Defines `<residual-census>`. Does nothing if it is already defined. */
export function defineCensus(): void {
  define('residual-census', [style], sheet =>
    class extends HTMLElement implements CensusElement {
      #census: WeightCensus | undefined;
      #compared: readonly ComparedModel[] = [];
      #areas: readonly MatrixArea[] = [];
      #squares: HTMLElement[] = [];
      readonly #canvas = make('canvas', { role: 'img' });
      readonly #others = make('div', { class: 'others' });
      readonly #reading = make('output');
      readonly #body = make('tbody');
      #connection: AbortController | undefined;

      constructor() {
        super();
        const heads = ['matrices', 'how many', 'weights'].map(text => make('th', { scope: 'col' }, text));
        const table = make('table', {}, make('thead', {}, make('tr', {}, ...heads)), this.#body);
        shadow(this, sheet).append(this.#canvas, this.#reading, this.#others, table);
        this.#canvas.addEventListener('pointermove', event => this.#read(event));
      }

      connectedCallback(): void {
        this.#connection = new AbortController();
        const { signal } = this.#connection;
        onColourScheme(() => this.#draw(), signal);
        const resized = new ResizeObserver(() => this.#draw());
        resized.observe(this);
        signal.addEventListener('abort', () => resized.disconnect());
      }

      disconnectedCallback(): void {
        this.#connection?.abort();
      }

      show(census: WeightCensus, compared: readonly ComparedModel[] = []): void {
        this.#census = census;
        this.#compared = compared;
        const kinds = matrixKinds.filter(kind => census[kind] > 0);
        const parts = kinds.map(kind => `${names[kind]} ${grouped(census[kind])}`);
        this.#canvas.setAttribute('aria-label', `${grouped(totalOf(census))} weights: ${parts.join(', ')}`);
        this.#body.replaceChildren(...kinds.map(kind => rowOf(census, kind)));
        this.#reading.textContent = '';
        if (this.#squares.length !== compared.length) {
          this.#squares = compared.map(() => make('i'));
          const figures = this.#squares.map(square => make('figure', {}, square, make('figcaption')));
          this.#others.replaceChildren(...figures);
        }
        this.#draw();
      }

      #draw(): void {
        if (!this.#census || !this.isConnected) return;
        const width = this.clientWidth;
        if (width === 0) return;
        const aspect = width < 500 ? 1.1 : 2;
        this.style.setProperty('--aspect', String(aspect));
        const ratio = Math.min(2, devicePixelRatio);
        [this.#canvas.width, this.#canvas.height] = [Math.round(width * ratio), Math.round((width * ratio) / aspect)];
        this.#areas = censusLayout(this.#census, this.#canvas.width, this.#canvas.height);
        paint(this.#canvas, this.#areas, ratio);
        const pixelsPerWeight = (width * width) / aspect / totalOf(this.#census);
        for (const [i, { label, weights }] of this.#compared.entries()) {
          const side = Math.sqrt(weights * pixelsPerWeight);
          const square = this.#squares[i]!;
          const fits = side <= width;
          square.hidden = !fits;
          if (fits) [square.style.width, square.style.height] = [`${side}px`, `${side}px`];
          const larger = fits ? '' : `: a square ${Math.round(side / width)} times as wide as this picture`;
          square.nextElementSibling!.textContent = `${label}, ${grouped(weights)} weights${larger}`;
        }
      }

      #read(event: PointerEvent): void {
        const { left, top, width } = this.#canvas.getBoundingClientRect();
        const scale = this.#canvas.width / width;
        const [x, y] = [(event.clientX - left) * scale, (event.clientY - top) * scale];
        const area = this.#areas.find(one => {
          return x >= one.x && x < one.x + one.width && y >= one.y && y < one.y + one.height;
        });
        if (!area || !this.#census) return;
        const { kind, block, heads } = area;
        const head = Math.min(heads - 1, Math.floor(((y - area.y) / area.height) * heads));
        const weights = this.#census[kind] / countOf(this.#census, kind);
        const place = block < 0 ? '' : `, block ${block + 1}${heads > 1 ? `, head ${head + 1}` : ''}`;
        this.#reading.textContent = `${names[kind]}${place}: ${grouped(weights)} weights`;
      }
    });
}
