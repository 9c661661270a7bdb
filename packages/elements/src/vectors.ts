import { define, fire, gridMove, make, onColourScheme, shadow } from './parts.js';
import { coloursOf, paint, Strip } from './vector-strip.js';

/** A vector with its name. */
export interface NamedVector {
  readonly label: string;
  readonly values: ArrayLike<number>;
}

/** The detail of `residual-vector`: a number of a vector. */
export interface VectorDetail {
  readonly row: number;
  readonly dimension: number;
  readonly value: number;
}

/**
 * `<residual-vectors>`: vectors as strips of colour, one colour for positive and one for negative numbers, stronger for
 * larger ones. A strip moves to its new numbers when they change. The pointer, or Tab and the arrow keys, read a
 * number; with the attribute `compare`, the number of each vector in this dimension.
 */
export interface VectorsElement extends HTMLElement {
  /** The vectors, one below the other. */
  vectors: readonly NamedVector[];
  /** The absolute value that has the full colour; the largest of all numbers if undefined. */
  scale: number | undefined;
  /** The index of the selected vector; -1 if there is none. Setting it fires no event. */
  selected: number;
  /** The index of the dimension that is read; -1 before one is. Setting it fires no event. */
  dimension: number;
}

declare global {
  interface HTMLElementTagNameMap {
    'residual-vectors': VectorsElement;
  }
  interface HTMLElementEventMap {
    'residual-vector': CustomEvent<VectorDetail>;
  }
}

const style = `
:host { --negative: var(--residual-negative, light-dark(#c2571d, #f0945f)); }
[role=listbox] { display: grid; grid-template-columns: minmax(0, max-content) minmax(0, 1fr); gap: 0.3rem 0.75rem; }
[role=option] { display: grid; grid-template-columns: subgrid; grid-column: 1 / -1; align-items: center; }
.name {
  max-width: 9rem; font: 1rem/1.3 var(--residual-serif, inherit); text-align: end; overflow: hidden;
  text-overflow: ellipsis; white-space: nowrap;
}
:host([compare]) [role=listbox] { grid-template-columns: minmax(0, max-content) minmax(0, 1fr) 3.6rem; }
.strip { position: relative; display: block; line-height: 0; }
.strip i {
  position: absolute; inset: -0.15rem auto; width: max(4px, 1%); border-inline: 1px solid var(--ink);
}
.number { font-size: 0.8125rem; font-variant-numeric: tabular-nums; text-align: end; }
.number::after { content: attr(data-value); }
:host(:not([compare])) :is(.number, .strip i) { display: none; }
.strip i:not([style]) { display: none; }
canvas {
  width: 100%; height: var(--residual-strip, 1.3rem); border-radius: 0.15rem; image-rendering: pixelated;
  background: color-mix(in srgb, var(--line) 40%, transparent);
}
[aria-selected=true] .name { color: var(--accent); font-weight: 650; }
[aria-selected=true] canvas { box-shadow: 0 0 0 2px var(--accent); }
output {
  display: block; min-height: 1.3em; margin-top: 0.4rem; font-size: 0.8125rem; font-variant-numeric: tabular-nums;
  color: var(--muted);
}
`;

/** A number with a sign that lines up. */
const figure = (value: number) => value.toFixed(3).replace('-', '−');

/** The content of `<residual-vectors>`: the strips, and the number that was read. */
class VectorsView {
  vectors: readonly NamedVector[] = [];
  scale: number | undefined;
  readonly #list = make('div', { role: 'listbox' });
  readonly #reading = make('output');
  readonly #host: HTMLElement;
  #selected = -1;
  #dimension = -1;
  #strips: Strip[] = [];

  constructor(host: HTMLElement, root: ShadowRoot) {
    this.#host = host;
    root.append(this.#list, this.#reading);
    for (const event of ['pointermove', 'pointerdown'] as const)
      this.#list.addEventListener(event, event => this.#point(event));
    this.#list.addEventListener('keydown', event => this.#move(event));
  }

  observe(signal: AbortSignal): void {
    this.#list.setAttribute('aria-label', this.#host.getAttribute('label') ?? 'vectors');
    onColourScheme(() => this.paint(), signal);
    this.paint();
  }

  show(vectors: readonly NamedVector[]): void {
    this.vectors = vectors;
    if (this.#strips.length !== vectors.length) {
      this.#strips = vectors.map(() => new Strip());
      this.#list.replaceChildren(...this.#strips.map(optionOf));
    }
    for (const [i, { label, values }] of vectors.entries()) {
      const option = this.#options[i]!;
      option.firstElementChild!.textContent = label;
      this.#describe(option, label, values);
    }
    this.selected = Math.min(this.#selected, vectors.length - 1);
    this.dimension = Math.min(this.#dimension, (vectors[0]?.values.length ?? 0) - 1);
    this.paint();
  }

  get selected(): number {
    return this.#selected;
  }

  set selected(index: number) {
    this.#selected = index;
    for (const [i, option] of this.#options.entries()) {
      option.setAttribute('aria-selected', String(i === index));
      option.tabIndex = i === Math.max(0, index) ? 0 : -1;
    }
  }

  get dimension(): number {
    return this.#dimension;
  }

  set dimension(dimension: number) {
    this.#dimension = dimension;
    if (!this.#host.hasAttribute('compare')) return;
    const isRead = dimension >= 0;
    this.#reading.textContent = isRead ? `number ${dimension + 1} of ${this.vectors[0]?.values.length}` : '';
    for (const [row, option] of this.#options.entries()) {
      const { values } = this.vectors[row]!;
      this.#describe(option, this.vectors[row]!.label, values);
      const [marker, number] = [option.querySelector('i')!, option.querySelector<HTMLElement>('.number')!];
      // Generated content: the name of the option says it.
      number.dataset.value = isRead && dimension < values.length ? figure(values[dimension]!) : '';
      if (isRead) marker.style.left = `${(100 * dimension) / values.length}%`;
      else marker.removeAttribute('style');
    }
  }

  paint(): void {
    if (!this.#host.isConnected || this.#strips.length === 0) return;
    const scale = this.scale ?? largest(this.vectors);
    const colours = coloursOf(this.#list);
    for (const [i, { values }] of this.vectors.entries())
      this.#strips[i]!.show(values, (context, moved) => paint(context, moved, scale, colours));
  }

  /** Gives an option its name: the range of its numbers and, with `compare`, the one that is read. */
  #describe(option: HTMLElement, label: string, values: ArrayLike<number>): void {
    const value = this.#host.hasAttribute('compare') ? values[this.#dimension] : undefined;
    const read = value === undefined ? '' : `; number ${this.#dimension + 1} is ${figure(value)}`;
    option.setAttribute('aria-label', `${label.trim()}: ${summary(values)}${read}`);
  }

  get #options(): HTMLElement[] {
    return [...this.#list.children] as HTMLElement[];
  }

  #read(row: number, dimension: number): void {
    const value = this.vectors[row]?.values[dimension];
    if (value === undefined) return;
    this.selected = row;
    this.dimension = dimension;
    if (!this.#host.hasAttribute('compare'))
      this.#reading.textContent = `${this.vectors[row]!.label.trim()}, number ${dimension + 1}: ${figure(value)}`;
    const detail: VectorDetail = { row, dimension, value };
    fire(this.#host, 'residual-vector', detail);
  }

  #point(event: PointerEvent): void {
    const option = (event.target as Element).closest<HTMLElement>('[role=option]');
    if (!option) return;
    const row = this.#options.indexOf(option);
    const { left, width } = this.#strips[row]!.canvas.getBoundingClientRect();
    const count = this.vectors[row]!.values.length;
    const at = Math.floor(((event.clientX - left) / width) * count);
    this.#read(row, Math.min(count - 1, Math.max(0, at)));
  }

  #move(event: KeyboardEvent): void {
    const step = gridMove(event.key);
    if (!step) return;
    event.preventDefault();
    const row = Math.min(this.vectors.length - 1, Math.max(0, Math.max(0, this.#selected) + step[0]));
    const count = this.vectors[row]?.values.length ?? 1;
    this.#read(row, Math.min(count - 1, Math.max(0, Math.max(0, this.#dimension) + step[1])));
    this.#options[row]?.focus();
  }
}

/**
 * Defines `<residual-vectors>`. It fires `residual-vector` with a `VectorDetail` when a number is read. Does nothing if
 * it is already defined.
 */
export function defineVectors(): void {
  define('residual-vectors', [style], sheet =>
    class extends HTMLElement implements VectorsElement {
      readonly #view = new VectorsView(this, shadow(this, sheet));
      #connection: AbortController | undefined;

      connectedCallback(): void {
        this.#connection = new AbortController();
        this.#view.observe(this.#connection.signal);
      }

      disconnectedCallback(): void {
        this.#connection?.abort();
      }

      get vectors(): readonly NamedVector[] {
        return this.#view.vectors;
      }

      set vectors(vectors: readonly NamedVector[]) {
        this.#view.show(vectors);
      }

      get scale(): number | undefined {
        return this.#view.scale;
      }

      set scale(scale: number | undefined) {
        this.#view.scale = scale;
        this.#view.paint();
      }

      get selected(): number {
        return this.#view.selected;
      }

      set selected(index: number) {
        this.#view.selected = index;
      }

      get dimension(): number {
        return this.#view.dimension;
      }

      set dimension(dimension: number) {
        this.#view.dimension = dimension;
      }
    });
}

const optionOf = ({ canvas }: Strip): HTMLElement =>
  make(
    'div',
    { role: 'option' },
    make('span', { class: 'name', 'aria-hidden': 'true' }),
    make('span', { class: 'strip' }, canvas, make('i')),
    make('span', { class: 'number' }),
  );

/** What a screen reader says about a vector: how many numbers, and their range. */
function summary(values: ArrayLike<number>): string {
  const all = Array.from(values);
  return `${all.length} numbers from ${figure(Math.min(...all))} to ${figure(Math.max(...all))}`;
}

const largest = (vectors: readonly NamedVector[]) =>
  vectors.reduce(
    (most, { values }) => Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), most),
    1e-9,
  );
