import { type BeamColumn, type NodeIndex, parentOf, pathTo, sizeOf, statesOf } from './beam-tree.js';
import { base, make, shadow, sheet, showSpaces } from './parts.js';

/** `<residual-beams>`: the tree of a beam search as it grows, with a column for each step and a row for each beam. */
export interface BeamsElement extends HTMLElement {
  /** The steps so far. */
  readonly columns: readonly BeamColumn[];
  /** Starts a new tree. */
  clear(): void;
  /** Adds a step. */
  push(column: BeamColumn): void;
  /**
   * Marks the winner, by its step and its index among the ends of that step, and scrolls to the beginning of the tree.
   * Throws if there is none.
   */
  markWinner(step: number, end: number): void;
  /** Selects a node, as the pointer does. Throws if there is none. */
  select(index: NodeIndex): void;
}

declare global {
  interface HTMLElementTagNameMap {
    'residual-beams': BeamsElement;
  }
}

/** The width of a column, the height of a row and the length of a branch, in pixels. */
const [columnWidth, rowHeight, branch] = [116, 46, 26];

const style = `
.stage { overflow-x: auto; max-width: 100%; }
[role=listbox] { position: relative; min-height: ${rowHeight}px; }
svg { position: absolute; inset: 0 auto auto 0; pointer-events: none; overflow: visible; fill: none; }
path { stroke: var(--line); stroke-width: 1.5; }
path.kept, path.open { stroke: var(--muted); }
path.won { stroke: var(--accent); stroke-width: 3; }
path.looked { stroke: var(--ink); stroke-width: 2; }
[role=option] { position: absolute; box-sizing: border-box; width: ${columnWidth - branch}px; height: ${rowHeight - 8}px; padding: 0.1rem 0.45rem; cursor: default;
  border-radius: 0.35rem; display: grid; align-content: center; background: var(--paper); box-shadow: inset 0 0 0 1px var(--line); }
[role=option] span { font: 0.9375rem/1.2 var(--residual-serif, inherit); white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
[role=option] small { font: 0.6875rem/1.2 var(--mono); color: var(--muted); }
.dropped[role=option] span { color: var(--muted); } .dropped[role=option] { border-radius: 0.35rem; box-shadow: inset 0 0 0 1px color-mix(in srgb, var(--line) 60%, transparent); }
.kept[role=option], .open[role=option] { box-shadow: inset 0 0 0 1px var(--muted); }
.won[role=option] { box-shadow: inset 0 0 0 2px var(--accent); background: color-mix(in srgb, var(--accent) 14%, var(--paper)); }
.won[role=option] small { color: var(--ink); }
.end[role=option] { border-radius: 1.2rem; }
[aria-selected=true][role=option] { outline: 2px solid var(--ink); outline-offset: 1px; }
output { display: block; min-height: 3.2rem; margin-top: 0.75rem; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
`;

const hint = 'Point at a node, or move with the arrow keys, to read its text and its score.';
const number = (value: number) => value.toFixed(2).replace('-', '−');

/** Defines `<residual-beams>`. Does nothing if it is already defined. */
export function defineBeams(): void {
  if (customElements.get('residual-beams')) return;
  const shared = sheet(base, style);
  customElements.define(
    'residual-beams',
    class extends HTMLElement implements BeamsElement {
      #columns: BeamColumn[] = [];
      #nodes: HTMLElement[][] = [];
      #branches: SVGPathElement[][] = [];
      #winner: NodeIndex | undefined;
      #selected: NodeIndex | undefined;
      readonly #svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
      readonly #list = make('div', { role: 'listbox', 'aria-label': 'beams by step' });
      readonly #stage = make('div', { class: 'stage' }, this.#list);
      readonly #output = make('output', { 'aria-live': 'polite' });

      constructor() {
        super();
        this.#svg.setAttribute('aria-hidden', 'true');
        shadow(this, shared).append(this.#stage, this.#output);
        const selectFrom = (event: Event) => {
          const node = (event.target as Element).closest<HTMLElement>('[role=option]');
          if (node) this.select({ step: Number(node.dataset.step), row: Number(node.dataset.row) });
        };
        for (const event of ['pointerover', 'pointerdown', 'focusin']) this.#list.addEventListener(event, selectFrom);
        this.#list.addEventListener('keydown', event => this.#move(event));
      }

      get columns(): readonly BeamColumn[] {
        return this.#columns;
      }

      clear(): void {
        [this.#columns, this.#nodes, this.#branches] = [[], [], []];
        [this.#winner, this.#selected] = [undefined, undefined];
        this.#svg.replaceChildren();
        this.#list.replaceChildren(this.#svg);
        this.#output.textContent = '';
      }

      push(column: BeamColumn): void {
        if (this.#columns.length === 0) this.clear();
        const step = this.#columns.push(column) - 1;
        const rows = Array.from({ length: sizeOf(column) }, (_, row) => ({ step, row }));
        this.#nodes.push(rows.map(index => this.#node(index)));
        this.#branches.push(rows.map(index => this.#branch(index)));
        this.#list.append(...this.#nodes[step]!);
        this.#svg.append(...this.#branches[step]!);
        const [width, height] = [this.#columns.length, Math.max(...this.#columns.map(sizeOf))];
        this.#list.style.width = `${width * columnWidth}px`;
        this.#list.style.height = `${height * rowHeight}px`;
        if (!this.#selected) this.#output.textContent = hint;
        this.#shade();
        this.#stage.scrollLeft = this.#stage.scrollWidth;
      }

      markWinner(step: number, end: number): void {
        const row = (this.#columns[step]?.beams.length ?? 0) + end;
        if (!this.#columns[step]?.ends[end]) throw new RangeError(`residual-beams: step ${step} has no end ${end}`);
        this.#winner = { step, row };
        this.#shade();
        this.select(this.#winner);
        this.#stage.scrollLeft = 0; // the tree is read from its beginning
      }

      select({ step, row }: NodeIndex): void {
        const node = this.#nodes[step]?.[row];
        if (!node) throw new RangeError(`residual-beams: step ${step} has no node ${row}`);
        this.#selected = { step, row };
        for (const each of this.#nodes.flat()) {
          each.setAttribute('aria-selected', String(each === node));
          each.tabIndex = each === node ? 0 : -1;
        }
        this.#output.textContent = this.#words({ step, row });
        this.#shade();
      }

      #node({ step, row }: NodeIndex): HTMLElement {
        const { beams, ends } = this.#columns[step]!;
        const beam = beams[row];
        const value = beam ? beam.sum : ends[row - beams.length]!.score;
        const settings = { role: 'option', 'aria-selected': 'false', 'data-step': `${step}`, 'data-row': `${row}` };
        const node = make('div', settings);
        node.append(make('span', {}, beam ? showSpaces(beam.text) : '■ end'), make('small', {}, number(value)));
        node.classList.toggle('end', !beam);
        node.tabIndex = step === 0 && row === 0 ? 0 : -1;
        node.style.transform = `translate(${step * columnWidth + branch}px, ${row * rowHeight + 4}px)`;
        return node;
      }

      #branch(index: NodeIndex): SVGPathElement {
        const parent = parentOf(this.#columns, index);
        const [from, to] = [(parent?.row ?? 0) + 0.5, index.row + 0.5].map(row => row * rowHeight) as [number, number];
        const [start, end] = [index.step * columnWidth, index.step * columnWidth + branch];
        const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
        const middle = (start + end) / 2;
        path.setAttribute('d', `M${start} ${from}C${middle} ${from} ${middle} ${to} ${end} ${to}`);
        return path;
      }

      /** The description of a node. */
      #words(index: NodeIndex): string {
        const { beams, ends } = this.#columns[index.step]!;
        const end = ends[index.row - beams.length];
        if (end) return `“${end.text}” ended in step ${index.step + 1} with score ${number(end.score)}`;
        const { sum, logprob } = beams[index.row]!;
        const text = pathTo(this.#columns, index)
          .map(({ step, row }) => this.#columns[step]!.beams[row]!.text)
          .join('')
          .trim();
        const chance = `${(100 * Math.exp(logprob)).toFixed(1)} %`;
        return `“${text}”: log-probability ${number(sum)} after ${index.step + 1} tokens, the last one with ${chance}`;
      }

      #shade(): void {
        const states = statesOf(this.#columns, this.#winner);
        const path = new Set(
          this.#selected ? pathTo(this.#columns, this.#selected).map(({ step, row }) => `${step} ${row}`) : [],
        );
        for (const [step, column] of states.entries())
          for (const [row, state] of column.entries()) {
            const isEnd = row >= this.#columns[step]!.beams.length;
            this.#nodes[step]![row]!.className = isEnd ? `${state} end` : state;
            const isOnPath = path.has(`${step} ${row}`) && state !== 'won';
            this.#branches[step]![row]!.setAttribute('class', isOnPath ? `${state} looked` : state);
          }
      }

      /** Left goes to the parent, right to the first child, up and down to the neighbours in the column. */
      #move(event: KeyboardEvent): void {
        if (!this.#selected) return;
        const { step, row } = this.#selected;
        const parent = parentOf(this.#columns, this.#selected);
        const next = this.#nodes[step + 1]?.findIndex((_, child) => {
          return parentOf(this.#columns, { step: step + 1, row: child })?.row === row;
        });
        const isEnd = row >= this.#columns[step]!.beams.length;
        const to = {
          ArrowLeft: parent,
          ArrowRight: next === undefined || next < 0 || isEnd ? undefined : { step: step + 1, row: next },
          ArrowUp: { step, row: row - 1 },
          ArrowDown: { step, row: row + 1 },
        }[event.key];
        if (!(event.key in { ArrowLeft: 0, ArrowRight: 0, ArrowUp: 0, ArrowDown: 0 })) return;
        event.preventDefault();
        if (to) this.#nodes[to.step]?.[to.row]?.focus();
      }
    },
  );
}
