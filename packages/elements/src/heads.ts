import { unmaskedKeys } from './attention-layout.js';
import { shadeOf } from './attention-paint.js';
import { define, fire, gridMove, make, onColourScheme, shadow } from './parts.js';

/** The detail of `residual-head`: a layer and a head. In `selected` -1 means all heads of a layer, or all layers. */
export interface HeadDetail {
  readonly layer: number;
  readonly head: number;
}

/**
 * `<residual-heads>`: the attention of all heads of all layers as small pictures; one of them is selected by pointer or
 * arrow keys.
 */
export interface HeadsElement extends HTMLElement {
  /**
   * Shows `heads[layer][head]`, each [queryLen · keyLen] weights; `masked` hides keys after their query and is true if
   * absent.
   */
  show(
    heads: readonly (readonly ArrayLike<number>[])[],
    shape: readonly [queryLen: number, keyLen: number],
    options?: { readonly masked?: boolean },
  ): void;
  /** The selected head; setting it fires no event. */
  selected: HeadDetail;
  /** Heads that are displayed as switched off. */
  off: readonly HeadDetail[];
}

declare global {
  interface HTMLElementTagNameMap {
    'residual-heads': HeadsElement;
  }
}

const style = `
:host { overflow-x: auto; }
[role=listbox] {
  display: grid; gap: 0.35rem; width: fit-content; align-items: center; font: 0.75rem var(--mono); color: var(--muted);
  padding: 3px;
}
[role=option] {
  border-radius: 0.25rem; cursor: pointer; line-height: 0; padding: 3px; box-shadow: inset 0 0 0 1px var(--line);
}
[aria-selected=true][role=option] { box-shadow: inset 0 0 0 2px var(--accent); }
canvas { width: 100%; aspect-ratio: 1; color: var(--accent); image-rendering: pixelated; }
.off[role=option] {
  --stripe: color-mix(in srgb, var(--ink) 28%, transparent);
  background: repeating-linear-gradient(-45deg, transparent 0 4px, var(--stripe) 4px 5px);
}
.off canvas { opacity: 0.15; }
.name { text-align: end; padding-inline-end: 0.3rem; } .top { text-align: center; }
`;

/** The largest side of a picture in pixels; for a longer text each pixel shows the largest weight of a square. */
const side = 48;

/** Paints one head into a canvas of at most `side` pixels a side. */
function thumbnail(
  canvas: HTMLCanvasElement,
  data: ArrayLike<number>,
  [queryLen, keyLen]: readonly [number, number],
  masked: boolean,
): void {
  const [width, height] = [Math.min(side, keyLen), Math.min(side, queryLen)];
  [canvas.width, canvas.height] = [width, height];
  const largest = new Float32Array(width * height);
  for (let query = 0; query < queryLen; query++) {
    const y = Math.floor((query * height) / queryLen);
    const keys = unmaskedKeys({ queryLen, keyLen, masked }, query);
    for (let key = 0; key < keys; key++) {
      const at = y * width + Math.floor((key * width) / keyLen);
      largest[at] = Math.max(largest[at]!, data[query * keyLen + key]!);
    }
  }
  const context = canvas.getContext('2d')!;
  context.fillStyle = getComputedStyle(canvas).color;
  largest.forEach((weight, at) => {
    context.globalAlpha = shadeOf(weight);
    context.fillRect(at % width, Math.floor(at / width), 1, 1);
  });
}

/** Fills a grid with a picture for each head, given the number of heads in each layer; returns the pictures. */
function fillGrid(grid: HTMLElement, heads: readonly number[]): HTMLElement[][] {
  const columns = Math.max(0, ...heads);
  grid.style.gridTemplateColumns = `auto repeat(${columns}, minmax(1.75rem, 3.25rem))`;
  const options = heads.map((count, layer) =>
    Array.from({ length: count }, (_, head) =>
      make('div', { role: 'option', 'data-layer': `${layer}`, 'data-head': `${head}` }, make('canvas')),
    ),
  );
  const label = (name: string, text: string) => make('span', { class: name, 'aria-hidden': 'true' }, text);
  const labels = Array.from({ length: columns }, (_, head) => label('top', `${head}`));
  const rows = options.map((row, layer) => [label('name', `${layer}`), ...row]);
  grid.replaceChildren(label('corner', ''), ...labels, ...rows.flat());
  return options;
}

/**
 * Defines `<residual-heads>`. It fires `residual-head` with a `HeadDetail` when another head is selected. Does nothing
 * if it is already defined.
 */
export function defineHeads(): void {
  define('residual-heads', [style], sheet =>
    class extends HTMLElement implements HeadsElement {
      #options: HTMLElement[][] = [];
      #selected: HeadDetail = { layer: 0, head: 0 };
      #off: readonly HeadDetail[] = [];
      #paint = () => {};
      readonly #list = make('div', { role: 'listbox', 'aria-multiselectable': 'true' });
      #connection: AbortController | undefined;

      constructor() {
        super();
        shadow(this, sheet).append(this.#list);
        this.#list.addEventListener('click', event => {
          const option = (event.target as Element).closest<HTMLElement>('[role=option]');
          if (option) this.#choose({ layer: Number(option.dataset.layer), head: Number(option.dataset.head) });
        });
        this.#list.addEventListener('keydown', event => this.#move(event));
      }

      connectedCallback(): void {
        this.#list.setAttribute('aria-label', this.getAttribute('label') ?? 'attention heads');
        this.#connection = new AbortController();
        onColourScheme(() => this.#paint(), this.#connection.signal);
        this.#paint();
      }

      disconnectedCallback(): void {
        this.#connection?.abort();
      }

      show(
        heads: readonly (readonly ArrayLike<number>[])[],
        shape: readonly [number, number],
        { masked = true } = {},
      ): void {
        const isSame = heads.map(row => row.length).join() === this.#options.map(row => row.length).join();
        if (!isSame)
          this.#options = fillGrid(
            this.#list,
            heads.map(row => row.length),
          );
        this.#paint = () => {
          for (const [layer, row] of heads.entries())
            for (const [head, data] of row.entries())
              thumbnail(this.#options[layer]![head]!.querySelector('canvas')!, data, shape, masked);
        };
        const { layer, head } = this.#selected;
        this.selected = this.#options[Math.max(layer, 0)]?.[Math.max(head, 0)] ? this.#selected : { layer: 0, head: 0 };
        this.off = this.#off;
        this.#paint();
      }

      get selected(): HeadDetail {
        return this.#selected;
      }

      set selected({ layer, head }: HeadDetail) {
        for (const [index, row] of this.#options.entries())
          for (const [at, option] of row.entries()) {
            const isChosen = [index, -1].includes(layer) && [at, -1].includes(head);
            option.setAttribute('aria-selected', String(isChosen));
            option.tabIndex = index === Math.max(layer, 0) && at === Math.max(head, 0) ? 0 : -1;
          }
        this.#selected = { layer, head };
      }

      get off(): readonly HeadDetail[] {
        return this.#off;
      }

      set off(heads: readonly HeadDetail[]) {
        for (const [layer, row] of this.#options.entries())
          for (const [head, option] of row.entries()) {
            const isOff = heads.some(each => each.layer === layer && each.head === head);
            option.classList.toggle('off', isOff);
            option.setAttribute('aria-label', `layer ${layer}, head ${head}${isOff ? ', off' : ''}`);
          }
        this.#off = heads;
      }

      #choose(detail: HeadDetail): void {
        const option = this.#options[detail.layer]?.[detail.head];
        if (!option) return;
        this.selected = detail;
        option.focus();
        fire(this, 'residual-head', detail);
      }

      #move(event: KeyboardEvent): void {
        const step = gridMove(event.key);
        if (!step) return;
        event.preventDefault();
        const { layer, head } = this.#selected;
        this.#choose({ layer: Math.max(layer, 0) + step[0], head: Math.max(head, 0) + step[1] });
      }
    });
}
