import { arrowDirection, makeSvg } from '@residual/appkit';
import { type Flow, type FlowPart, lossFormula, partGradient, partValue, say, sayTarget } from './flow-words.js';

/** What is visible in the drawing: how far the values and the gradients have flowed. */
export interface FlowView {
  /** 0: inputs, 1: hidden neurons, 2: the answer, 3: the loss; backward 4: the answer, 5: hidden neurons, 6: all. */
  readonly progress: number;
  readonly numbers: boolean;
}

const [width, height] = [860, 330];
const columns = { input: 60, hidden: 330, output: 600, loss: 690 } as const;
const radius = 27;
/** From here on the gradients flow back. */
const backwardFrom = 4;

type Point = readonly [x: number, y: number];

const spread = (index: number, count: number, gap: number): number => height / 2 + (index - (count - 1) / 2) * gap;

/** The drawing of a net of two inputs, a few hidden neurons and one output, through which numbers flow. */
export class FlowDrawing {
  private readonly svg = makeSvg('svg', {
    viewBox: `0 0 ${width} ${height}`,
    role: 'listbox',
    tabindex: 0,
    'aria-label': 'The net: weights and neurons; arrow keys go from one to the next',
  });
  private parts: readonly { readonly part: FlowPart; readonly element: SVGElement }[] = [];
  private lossText: SVGTextElement | undefined;
  private flow: Flow | undefined;
  private chosen = -1;

  /** Fills `place`; `choose` is called with the part that the visitor points at or goes to, undefined for none. */
  constructor(
    place: HTMLElement,
    private readonly choose: (part: FlowPart | undefined) => void,
  ) {
    place.append(this.svg);
    this.svg.addEventListener('keydown', event => {
      const direction = arrowDirection(event.key);
      if (!direction) return;
      event.preventDefault();
      const count = this.parts.length;
      this.select((this.chosen + (direction[0] + direction[1] * -1 > 0 ? 1 : -1) + count) % count);
    });
    this.svg.addEventListener('pointerleave', () => this.select(-1));
    this.svg.addEventListener('blur', () => this.select(-1));
  }

  /** Shows a flow as far as it has come. */
  show(flow: Flow, view: FlowView): void {
    const hidden = flow.values.hidden.length;
    if (this.flow?.values.hidden.length !== hidden) this.build(hidden);
    this.flow = flow;
    for (const { part, element } of this.parts) update(element, part, flow, view);
    const target = flow.example[2]!;
    this.lossText!.textContent = view.progress >= 3 ? lossFormula(flow) : `target ${sayTarget(target)}`;
    this.svg.classList.toggle('backward', view.progress >= backwardFrom);
  }

  private select(index: number): void {
    this.parts[this.chosen]?.element.classList.remove('chosen');
    this.chosen = index;
    const next = this.parts[index];
    next?.element.classList.add('chosen');
    if (next) this.svg.setAttribute('aria-activedescendant', next.element.id);
    else this.svg.removeAttribute('aria-activedescendant');
    this.choose(next?.part);
  }

  private build(hidden: number): void {
    const gap = Math.min(98, 310 / hidden);
    const at = {
      input: (index: number): Point => [columns.input, spread(index, 2, 130)],
      hidden: (index: number): Point => [columns.hidden, spread(index, hidden, gap)],
      output: [columns.output, height / 2] as Point,
    };
    const all = Array.from({ length: hidden }, (_, index) => index);
    const edges = [
      ...all.flatMap(to =>
        [0, 1].map(from => edge({ kind: 'up', from, to }, at.input(from), at.hidden(to), 0.2 + 0.16 * (to % 3))),
      ),
      ...all.map(from => edge({ kind: 'down', from }, at.hidden(from), at.output, 0.34)),
    ];
    const size = Math.min(radius, gap / 2 - 4);
    const nodes = [
      ...[0, 1].map(index => node({ kind: 'input', index }, at.input(index), `input ${index + 1}`, radius)),
      ...all.map(index => node({ kind: 'hidden', index }, at.hidden(index), '', size)),
      node({ kind: 'output' }, at.output, 'answer', radius),
    ];
    this.parts = [...edges, ...nodes];
    this.lossText = makeSvg('text', { class: 'loss', x: columns.loss + 12, y: height / 2 + 18 });
    const toLoss = makeSvg('path', {
      class: 'to-loss',
      d: `M${columns.output + radius} ${height / 2}H${columns.loss}`,
    });
    const box = makeSvg('text', { class: 'loss-name', x: columns.loss + 12, y: height / 2 - 4 }, 'loss');
    this.svg.replaceChildren(toLoss, ...this.parts.map(({ element }) => element), box, this.lossText);
    for (const [i, { element }] of this.parts.entries()) {
      element.id = `flow-part-${i}`;
      element.addEventListener('pointerenter', () => this.select(i));
    }
    this.chosen = -1;
  }
}

function edge(part: FlowPart, [x1, y1]: Point, [x2, y2]: Point, labelAt: number) {
  const element = makeSvg('g', { class: 'edge', role: 'option', 'aria-selected': 'false' });
  const d = `M${x1} ${y1}L${x2} ${y2}`;
  const label = { x: x1 + labelAt * (x2 - x1), y: y1 + labelAt * (y2 - y1) + 4, 'text-anchor': 'middle' };
  element.append(
    makeSvg('path', { class: 'reach', d }),
    makeSvg('path', { class: 'weight', d }),
    makeSvg('path', { class: 'pulse', d }),
    makeSvg('text', label),
  );
  return { part, element };
}

function node(part: FlowPart, [x, y]: Point, name: string, r: number) {
  const element = makeSvg('g', { class: 'node', role: 'option', 'aria-selected': 'false' });
  element.append(
    makeSvg('circle', { class: 'base', cx: x, cy: y, r }),
    makeSvg('circle', { class: 'value', cx: x, cy: y, r }),
    makeSvg('circle', { class: 'ring', cx: x, cy: y, r: r + 4 }),
    makeSvg('text', { x, y: y + 5, 'text-anchor': 'middle' }),
    makeSvg('text', { class: 'name', x, y: y - r - 12, 'text-anchor': 'middle' }, name),
  );
  return { part, element };
}

/** At which progress the values of a part are known, its gradient, and when numbers flow along an edge. */
function moments(part: FlowPart): { readonly value: number; readonly gradient: number } {
  switch (part.kind) {
    case 'input':
      return { value: 0, gradient: Number.POSITIVE_INFINITY };
    case 'up':
      return { value: 1, gradient: 6 };
    case 'hidden':
      return { value: 1, gradient: 5 };
    case 'down':
      return { value: 2, gradient: 5 };
    case 'output':
      return { value: 2, gradient: 4 };
  }
}

function update(element: SVGElement, part: FlowPart, flow: Flow, { progress, numbers }: FlowView): void {
  const [value, gradient] = [partValue(part, flow), partGradient(part, flow)];
  const { value: valueAt, gradient: gradientAt } = moments(part);
  const hasGradient = progress >= gradientAt;
  const isEdge = part.kind === 'up' || part.kind === 'down';
  const hasValue = isEdge || progress >= valueAt;
  element.classList.toggle('minus', value < 0);
  element.classList.toggle('has-gradient', hasGradient);
  element.classList.toggle('flowing', isEdge && (progress === valueAt || progress === gradientAt));
  const set = (name: string, of: number) => element.style.setProperty(name, of.toFixed(3));
  set('--size', isEdge ? 1 + 4 * Math.min(2.5, Math.abs(value)) : Math.min(1, Math.abs(value)));
  set('--ring', hasGradient ? 1 + 6 * Math.min(1, Math.abs(gradient!)) : 0);
  const text = element.querySelector('text')!;
  const shown = hasGradient ? gradient! : value;
  text.textContent = hasValue && (numbers || !isEdge) ? say(shown) : '';
  text.classList.toggle('gradient', hasGradient);
}
