import { branchRows } from './branch-layout.js';
import { define, fire, listMove, make, makeSvg, onOption, percent, shadow, showSpaces } from './parts.js';

/** A text that parts from another one at a token. */
export interface Branch {
  /** The token at the fork, or the name of the first text. */
  readonly label: string;
  /** The index of the branch that it parts from; -1 for the first text. */
  readonly parent: number;
  /** The index of the token at the fork; 0 for the first text. */
  readonly at: number;
  /** The number of tokens of the whole text. */
  readonly length: number;
  /** The probability of the token at the fork, 0 .. 1. */
  readonly probability?: number;
  /** The text after the fork, of which the beginning is shown. */
  readonly text?: string;
}

/** The detail of `residual-branch` and `residual-branch-remove`: the index of a branch. */
export interface BranchDetail {
  readonly index: number;
}

/**
 * `<residual-branches>`: texts that part from each other at tokens, as a tree that grows from left to right: a line for
 * each text, as long as its number of tokens. A branch is selected by pointer, or by Tab and arrow keys.
 */
export interface BranchesElement extends HTMLElement {
  /** The branches; a branch comes after the one that it parts from. */
  branches: readonly Branch[];
  /** The index of the selected branch; setting it fires no event. */
  selected: number;
  /** The number of tokens that the whole width stands for, if no branch is longer. */
  extent: number;
}

declare global {
  interface HTMLElementTagNameMap {
    'residual-branches': BranchesElement;
  }
  interface HTMLElementEventMap {
    'residual-branch': CustomEvent<BranchDetail>;
    'residual-branch-remove': CustomEvent<BranchDetail>;
  }
}

/** The height of a row, and where its line runs, in pixels. */
const [rowHeight, lineY] = [44, 34];

const style = `
[role=listbox] { position: relative; }
svg { position: absolute; inset: 0; width: 100%; height: 100%; pointer-events: none; overflow: visible; fill: none; }
path { stroke: var(--muted); stroke-width: 1.5; vector-effect: non-scaling-stroke; opacity: 0.7; }
path.selected { stroke: var(--accent); stroke-width: 3; opacity: 1; }
[role=option] {
  position: absolute; box-sizing: border-box; right: 0; height: ${rowHeight - 2}px; padding: 0.15rem 0.4rem 0;
  display: flex; align-items: baseline; gap: 0.5rem; cursor: pointer; border-radius: 0.35rem; white-space: nowrap;
  overflow: hidden;
}
[role=option]:hover { background: color-mix(in srgb, var(--accent) 8%, transparent); }
b { font: 600 1.0625rem/1.5 var(--residual-serif, inherit); }
[aria-selected=true] b { color: var(--accent); }
small { font-size: 0.8125rem; color: var(--muted); font-variant-numeric: tabular-nums; }
.text {
  min-width: 0; overflow: hidden; text-overflow: ellipsis; color: var(--muted);
  font: 0.9375rem/1.5 var(--residual-serif, inherit);
}
i {
  position: absolute; width: 9px; height: 9px; margin: -4.5px; border-radius: 9px; background: var(--muted);
  pointer-events: none;
}
i.selected { background: var(--accent); }
@media (prefers-reduced-motion: no-preference) { [role=option] { transition: top 300ms; } }
`;

/** The line of a branch: down from the line of its parent, then to the right. */
function pathOf(start: number, end: number, from: number, to: number): string {
  if (from === to) return `M${start} ${to}H${end}`;
  const bend = Math.min(start + 1.6, end);
  return `M${start} ${from}V${to - 12}Q${start} ${to} ${bend} ${to}H${end}`;
}

/**
 * Defines `<residual-branches>`. It fires `residual-branch` with a `BranchDetail` when another branch is selected, and
 * `residual-branch-remove` when the Delete key is pressed on a branch that parts from another one. Does nothing if it
 * is already defined.
 */
export function defineBranches(): void {
  define('residual-branches', [style], sheet =>
    class extends HTMLElement implements BranchesElement {
      #branches: readonly Branch[] = [];
      #selected = 0;
      #extent = 1;
      #options: HTMLElement[] = [];
      readonly #svg = makeSvg('svg', { 'aria-hidden': 'true', preserveAspectRatio: 'none' });
      readonly #list = make('div', { role: 'listbox' });
      readonly #tips = make('div', { 'aria-hidden': 'true' });

      constructor() {
        super();
        const stage = make('div', {}, this.#list);
        shadow(this, sheet).append(stage);
        onOption(this.#list, 'click', ({ dataset }) => this.#choose(Number(dataset.index)));
        this.#list.addEventListener('keydown', event => this.#press(event));
      }

      connectedCallback(): void {
        this.#list.setAttribute('aria-label', this.getAttribute('label') ?? 'branches');
      }

      get branches(): readonly Branch[] {
        return this.#branches;
      }

      set branches(branches: readonly Branch[]) {
        this.#branches = branches;
        if (branches.length !== this.#options.length) {
          this.#options = branches.map((_, index) => make('div', { role: 'option', 'data-index': String(index) }));
          this.#list.replaceChildren(this.#svg, ...this.#options, this.#tips);
        }
        this.#draw();
      }

      get selected(): number {
        return this.#selected;
      }

      set selected(index: number) {
        this.#selected = index;
        this.#draw();
      }

      get extent(): number {
        return this.#extent;
      }

      set extent(tokens: number) {
        this.#extent = tokens;
        this.#draw();
      }

      #draw(): void {
        const rows = branchRows(this.#branches);
        const total = Math.max(1, this.#extent, ...this.#branches.map(({ length }) => length));
        const height = this.#branches.length * rowHeight;
        const share = (tokens: number) => (100 * tokens) / total;
        const y = (index: number) => rows[index]! * rowHeight + lineY;
        this.#list.style.height = `${height}px`;
        this.#svg.setAttribute('viewBox', `0 0 100 ${height}`);
        const isSelected = (index: number) => (index === this.#selected ? 'selected' : '');
        const paths = this.#branches.map(({ parent, at, length }, index) => {
          const d = pathOf(share(at), share(length), parent < 0 ? y(index) : y(parent), y(index));
          return makeSvg('path', { d, class: isSelected(index) });
        });
        const [selected] = paths.splice(this.#selected, 1);
        this.#svg.replaceChildren(...paths, ...(selected ? [selected] : [])); // the selected line above the others
        this.#tips.replaceChildren(
          ...this.#branches.map(({ length }, index) => {
            const tip = make('i', { class: isSelected(index) });
            [tip.style.left, tip.style.top] = [`${share(length)}%`, `${y(index)}px`];
            return tip;
          }),
        );
        for (const [index, branch] of this.#branches.entries()) {
          const option = this.#options[index]!;
          option.style.left = `min(${share(branch.at)}%, 100% - 8rem)`;
          option.style.top = `${rows[index]! * rowHeight}px`;
          option.setAttribute('aria-selected', String(index === this.#selected));
          option.tabIndex = index === this.#selected ? 0 : -1;
          option.replaceChildren(...contentOf(branch));
        }
      }

      #choose(index: number): void {
        if (index === this.#selected || !this.#branches[index]) return;
        this.selected = index;
        fire(this, 'residual-branch', { index } satisfies BranchDetail);
      }

      /** Moves from row to row, or asks to remove a branch. */
      #press(event: KeyboardEvent): void {
        const { key } = event;
        if (key === 'Delete' && this.#branches[this.#selected]!.parent >= 0)
          fire(this, 'residual-branch-remove', { index: this.#selected } satisfies BranchDetail);
        const rows = branchRows(this.#branches);
        const to = listMove(key, rows[this.#selected]!, rows.length);
        const index = to === undefined ? -1 : rows.indexOf(to);
        if (index < 0) return;
        event.preventDefault();
        this.#options[index]!.focus();
      }
    });
}

/** The token at the fork with its probability, and the text after it. */
function contentOf({ label, parent, probability, text = '' }: Branch): HTMLElement[] {
  const name = parent < 0 ? label : showSpaces(label).replace(/^·/, '');
  return [
    make('b', {}, name),
    ...(probability === undefined ? [] : [make('small', {}, percent(probability))]),
    make('span', { class: 'text' }, text),
  ];
}
