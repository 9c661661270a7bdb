import { type BeamColumn, type NodeIndex, parentOf, pathTo, sizeOf, statesOf } from './beam-tree.js';
import { make, makeSvg, onOption, selectOption, showSpaces } from './parts.js';

/** The width of a column, the height of a row and the length of a branch, in pixels. */
const [columnWidth, rowHeight, branchLength] = [116, 46, 26];

/** The style sheet of the tree. */
export const beamStyle = `
.stage { overflow-x: auto; max-width: 100%; }
[role=listbox] { position: relative; min-height: ${rowHeight}px; }
svg { position: absolute; inset: 0 auto auto 0; pointer-events: none; overflow: visible; fill: none; }
path { stroke: var(--line); stroke-width: 1.5; }
path.kept, path.open { stroke: var(--muted); }
path.won { stroke: var(--accent); stroke-width: 3; }
path.selected { stroke: var(--ink); stroke-width: 2; }
[role=option] {
  position: absolute; box-sizing: border-box; width: ${columnWidth - branchLength}px; height: ${rowHeight - 8}px;
  padding: 0.1rem 0.45rem; cursor: default; border-radius: 0.35rem; display: grid; align-content: center;
  background: var(--paper); box-shadow: inset 0 0 0 1px var(--line);
}
[role=option] span {
  font: 0.9375rem/1.2 var(--residual-serif, inherit); white-space: nowrap; overflow: hidden; text-overflow: ellipsis;
}
[role=option] small { font: 0.6875rem/1.2 var(--mono); color: var(--muted); }
.dropped[role=option] span { color: var(--muted); }
.dropped[role=option] {
  border-radius: 0.35rem; box-shadow: inset 0 0 0 1px color-mix(in srgb, var(--line) 60%, transparent);
}
.kept[role=option], .open[role=option] { box-shadow: inset 0 0 0 1px var(--muted); }
.won[role=option] {
  box-shadow: inset 0 0 0 2px var(--accent); background: color-mix(in srgb, var(--accent) 14%, var(--paper));
}
.won[role=option] small { color: var(--ink); }
.end[role=option] { border-radius: 1.2rem; }
[aria-selected=true][role=option] { outline: 2px solid var(--ink); outline-offset: 1px; }
output {
  display: block; min-height: 3.2rem; margin-top: 0.75rem; overflow-wrap: anywhere; font-variant-numeric: tabular-nums;
}
`;

const hint = 'Point at a node, or move with the arrow keys, to read its text and its score.';
const formatted = (value: number) => value.toFixed(2).replace('-', '−');

/** The content of `<residual-beams>`: nodes for beams and ends, branches between them, and the selected node. */
export class BeamsView {
  #columns: BeamColumn[] = [];
  #nodes: HTMLElement[][] = [];
  #branches: SVGPathElement[][] = [];
  #winner: NodeIndex | undefined;
  #selected: NodeIndex | undefined;
  readonly #svg = makeSvg('svg', { 'aria-hidden': 'true' });
  readonly #list = make('div', { role: 'listbox', 'aria-label': 'beams by step' });
  readonly #stage = make('div', { class: 'stage' }, this.#list);
  readonly #output = make('output', { 'aria-live': 'polite' });

  /** Fills the shadow root of an element. */
  constructor(root: ShadowRoot) {
    root.append(this.#stage, this.#output);
    onOption(this.#list, 'pointerover', ({ dataset: { step, row } }) =>
      this.select({ step: Number(step), row: Number(row) }),
    );
    this.#list.addEventListener('keydown', event => this.#move(event));
  }

  get columns(): readonly BeamColumn[] {
    return this.#columns;
  }

  /** See `BeamsElement.clear`. */
  clear(): void {
    [this.#columns, this.#nodes, this.#branches] = [[], [], []];
    [this.#winner, this.#selected] = [undefined, undefined];
    this.#svg.replaceChildren();
    this.#list.replaceChildren(this.#svg);
    this.#output.textContent = '';
  }

  /** See `BeamsElement.push`. */
  push(column: BeamColumn): void {
    if (this.#columns.length === 0) this.clear();
    const step = this.#columns.push(column) - 1;
    const indices = Array.from({ length: sizeOf(column) }, (_, row) => ({ step, row }));
    this.#nodes.push(indices.map(index => nodeOf(this.#columns, index)));
    this.#branches.push(indices.map(index => branchOf(this.#columns, index)));
    this.#list.append(...this.#nodes[step]!);
    this.#svg.append(...this.#branches[step]!);
    const [width, height] = [this.#columns.length, Math.max(...this.#columns.map(sizeOf))];
    this.#list.style.width = `${width * columnWidth}px`;
    this.#list.style.height = `${height * rowHeight}px`;
    if (!this.#selected) this.#output.textContent = hint;
    this.#shade();
    this.#stage.scrollLeft = this.#stage.scrollWidth;
  }

  /** See `BeamsElement.markWinner`. */
  markWinner(step: number, end: number): void {
    const row = (this.#columns[step]?.beams.length ?? 0) + end;
    if (!this.#columns[step]?.ends[end]) throw new RangeError(`residual-beams: step ${step} has no end ${end}`);
    this.#winner = { step, row };
    this.#shade();
    this.select(this.#winner);
    this.#stage.scrollLeft = 0; // the tree is read from its beginning
  }

  /** See `BeamsElement.select`. */
  select({ step, row }: NodeIndex): void {
    const node = this.#nodes[step]?.[row];
    if (!node) throw new RangeError(`residual-beams: step ${step} has no node ${row}`);
    this.#selected = { step, row };
    selectOption(this.#nodes.flat(), node);
    this.#output.textContent = sentenceOf(this.#columns, { step, row });
    this.#shade();
  }

  /** Shows the states of all nodes, and the path to the selected one. */
  #shade(): void {
    const states = statesOf(this.#columns, this.#winner);
    const nodes = this.#selected ? pathTo(this.#columns, this.#selected) : [];
    const path = new Set(nodes.map(({ step, row }) => `${step} ${row}`));
    for (const [step, column] of states.entries())
      for (const [row, state] of column.entries()) {
        const isEnd = row >= this.#columns[step]!.beams.length;
        this.#nodes[step]![row]!.className = isEnd ? `${state} end` : state;
        const isOnPath = path.has(`${step} ${row}`) && state !== 'won';
        this.#branches[step]![row]!.setAttribute('class', isOnPath ? `${state} selected` : state);
      }
  }

  #move(event: KeyboardEvent): void {
    if (!this.#selected || !/^Arrow(Left|Right|Up|Down)$/.test(event.key)) return;
    event.preventDefault();
    const index = neighbourOf(this.#columns, this.#selected, event.key);
    if (index) this.#nodes[index.step]?.[index.row]?.focus();
  }
}

/**
 * The node to which an arrow key moves: left to the parent, right to the first child, up and down in the column;
 * undefined if there is none.
 */
function neighbourOf(columns: readonly BeamColumn[], { step, row }: NodeIndex, key: string): NodeIndex | undefined {
  if (key === 'ArrowUp') return { step, row: row - 1 };
  if (key === 'ArrowDown') return { step, row: row + 1 };
  if (key === 'ArrowLeft') return parentOf(columns, { step, row });
  const [column, next] = [columns[step]!, columns[step + 1]];
  if (!next || row >= column.beams.length) return undefined; // an end has no children
  const rows = Array.from({ length: sizeOf(next) }, (_, child) => child);
  const child = rows.find(each => parentOf(columns, { step: step + 1, row: each })?.row === row);
  return child === undefined ? undefined : { step: step + 1, row: child };
}

function nodeOf(columns: readonly BeamColumn[], { step, row }: NodeIndex): HTMLElement {
  const { beams, ends } = columns[step]!;
  const beam = beams[row];
  const value = beam ? beam.sum : ends[row - beams.length]!.score;
  const attributes = { role: 'option', 'aria-selected': 'false', 'data-step': `${step}`, 'data-row': `${row}` };
  const text = beam ? showSpaces(beam.text) : '■ end';
  const node = make('div', attributes, make('span', {}, text), make('small', {}, formatted(value)));
  node.classList.toggle('end', !beam);
  node.tabIndex = step === 0 && row === 0 ? 0 : -1;
  node.style.transform = `translate(${step * columnWidth + branchLength}px, ${row * rowHeight + 4}px)`;
  return node;
}

/** The branch from the parent of a node to the node. */
function branchOf(columns: readonly BeamColumn[], index: NodeIndex): SVGPathElement {
  const parent = parentOf(columns, index);
  const [from, to] = [(parent?.row ?? 0) + 0.5, index.row + 0.5].map(row => row * rowHeight) as [number, number];
  const [start, end] = [index.step * columnWidth, index.step * columnWidth + branchLength];
  const middle = (start + end) / 2;
  return makeSvg('path', { d: `M${start} ${from}C${middle} ${from} ${middle} ${to} ${end} ${to}` });
}

/** The description of a node. */
function sentenceOf(columns: readonly BeamColumn[], index: NodeIndex): string {
  const { beams, ends } = columns[index.step]!;
  const end = ends[index.row - beams.length];
  if (end) return `“${end.text}” ended in step ${index.step + 1} with score ${formatted(end.score)}`;
  const { sum, logprob } = beams[index.row]!;
  const tokens = pathTo(columns, index).map(({ step, row }) => columns[step]!.beams[row]!.text);
  const probability = `${(100 * Math.exp(logprob)).toFixed(1)} %`;
  const steps = index.step + 1;
  return (
    `“${tokens.join('').trim()}”: log-probability ${formatted(sum)} after ${steps} tokens, ` +
    `the last one with ${probability}`
  );
}
