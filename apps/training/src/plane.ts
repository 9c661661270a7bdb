import { arrowDirection, make, makeSvg } from '@residual/appkit';

/** A point of the plane, with its class if there are classes. */
export interface PlanePoint {
  readonly x: number;
  readonly y: number;
  /** -1 or 1; absent if y is the value. */
  readonly kind?: number;
}

/** The visible part of the plane. */
export const planeBounds = { x: 5, y: 4 } as const;

/** Pixels of the drawing for one unit. */
const unit = 50;
const maxPoints = 60;

const across = (x: number) => (x + planeBounds.x) * unit;
const down = (y: number) => (planeBounds.y - y) * unit;
const within = (value: number, limit: number) => Math.round(Math.min(Math.max(value, -limit), limit) * 100) / 100;

/** A plane with points that are moved by pointer and keyboard, above curves and shading. */
export class Plane {
  private all: readonly PlanePoint[] = [];
  private readonly picture = makeSvg('svg', {
    viewBox: `0 0 ${across(planeBounds.x)} ${down(-planeBounds.y)}`,
    role: 'group',
    tabindex: -1,
  });
  private readonly field = make('canvas', { className: 'field', width: fieldSize.x, height: fieldSize.y });
  private readonly curves = makeSvg('g', { class: 'curves' });
  private readonly handles = makeSvg('g');

  /** Fills `place`; `changed` is called when the visitor has moved, added or removed a point. */
  constructor(
    place: HTMLElement,
    label: string,
    private readonly changed: (points: readonly PlanePoint[]) => void,
  ) {
    this.field.setAttribute('aria-hidden', 'true');
    this.picture.setAttribute('aria-label', label);
    this.picture.append(grid(), this.curves, this.handles);
    place.append(this.field, this.picture);
    this.picture.addEventListener('click', event => {
      if (event.target === this.picture || (event.target as Element).closest('.grid, .curves'))
        this.add(this.at(event));
    });
  }

  get points(): readonly PlanePoint[] {
    return this.all;
  }

  set points(points: readonly PlanePoint[]) {
    if (points.length !== this.all.length) this.handles.replaceChildren(...points.map((_, i) => this.handle(i)));
    this.all = points;
    for (const [i, point] of points.entries()) place(this.handles.children[i] as SVGElement, point, i);
  }

  /** Draws curves through [x, y] pairs, each with a class name; replaces earlier curves. */
  draw(curves: readonly { readonly name: string; readonly through: readonly (readonly [number, number])[] }[]): void {
    const paths = curves.map(({ name, through }) => {
      const d = through.map(([x, y], i) => `${i ? 'L' : 'M'}${across(x).toFixed(1)} ${down(y).toFixed(1)}`).join('');
      return makeSvg('path', { class: name, d });
    });
    this.curves.replaceChildren(...paths);
  }

  /** Shades the plane by values -1 .. 1 [rows, columns] in two colours; without values clears it. */
  shade(values?: ArrayLike<number>): void {
    const context = this.field.getContext('2d')!;
    context.clearRect(0, 0, fieldSize.x, fieldSize.y);
    if (!values) return;
    const style = getComputedStyle(this.field);
    const colours = [style.getPropertyValue('--low'), style.getPropertyValue('--high')];
    for (let i = 0; i < values.length; i++) {
      const value = Math.min(Math.max(values[i]!, -1), 1);
      context.globalAlpha = Math.abs(value) * 0.5;
      context.fillStyle = colours[value < 0 ? 0 : 1]!;
      context.fillRect(i % fieldSize.x, Math.floor(i / fieldSize.x), 1, 1);
    }
  }

  private at({ clientX, clientY }: MouseEvent): PlanePoint {
    const { left, top, width, height } = this.picture.getBoundingClientRect();
    return {
      x: within(((clientX - left) / width) * 2 * planeBounds.x - planeBounds.x, planeBounds.x),
      y: within(planeBounds.y - ((clientY - top) / height) * 2 * planeBounds.y, planeBounds.y),
    };
  }

  private change(points: readonly PlanePoint[]): void {
    this.points = points;
    this.changed(points);
  }

  private move(index: number, to: PlanePoint): void {
    this.change(this.all.map((point, i) => (i === index ? { ...point, ...to } : point)));
  }

  /** Adds a point, with the class of the nearest one. */
  add(point: PlanePoint): void {
    if (this.all.length >= maxPoints) return;
    const far = ({ x, y }: PlanePoint) => (x - point.x) ** 2 + (y - point.y) ** 2;
    const kind = [...this.all].sort((a, b) => far(a) - far(b))[0]?.kind;
    this.change([...this.all, kind === undefined ? point : { ...point, kind }]);
  }

  private remove(index: number): void {
    if (this.all.length <= 2) return;
    this.change(this.all.filter((_, i) => i !== index));
    (this.handles.children[Math.min(index, this.all.length - 1)] as SVGElement).focus();
  }

  private handle(index: number): SVGElement {
    const element = makeSvg('g', { class: 'point', role: 'slider', tabindex: 0, 'aria-roledescription': 'point' });
    element.append(makeSvg('circle', { class: 'reach', r: 24 }), makeSvg('circle', { r: 8 }));
    element.addEventListener('pointerdown', event => {
      element.setPointerCapture(event.pointerId);
      element.focus();
      event.preventDefault();
    });
    element.addEventListener('pointermove', event => {
      if (element.hasPointerCapture(event.pointerId)) this.move(index, this.at(event));
    });
    element.addEventListener('dblclick', () => this.remove(index));
    element.addEventListener('keydown', event => {
      if (this.act(index, event)) event.preventDefault();
    });
    return element;
  }

  /** The action of a key on a point; false if it has none. */
  private act(index: number, { key, shiftKey }: KeyboardEvent): boolean {
    const point = this.all[index]!;
    const direction = arrowDirection(key);
    const step = shiftKey ? 0.5 : 0.1;
    if (direction)
      this.move(index, {
        x: within(point.x + step * direction[0], planeBounds.x),
        y: within(point.y + step * direction[1], planeBounds.y),
      });
    else if (key === 'Delete' || key === 'Backspace') this.remove(index);
    else if (point.kind !== undefined && (key === ' ' || key === 'Enter'))
      this.move(index, { ...point, kind: -point.kind });
    else return false;
    return true;
  }
}

/** The number of cells of the shading. */
export const fieldSize = { x: 50, y: 40 } as const;

/** The centre of each cell [rows, columns, 2], from the top left. */
export function fieldPoints(): Float32Array {
  const centres = new Float32Array(2 * fieldSize.x * fieldSize.y);
  for (let i = 0; i < fieldSize.x * fieldSize.y; i++) {
    centres[2 * i] = (((i % fieldSize.x) + 0.5) / fieldSize.x) * 2 * planeBounds.x - planeBounds.x;
    centres[2 * i + 1] = planeBounds.y - ((Math.floor(i / fieldSize.x) + 0.5) / fieldSize.y) * 2 * planeBounds.y;
  }
  return centres;
}

function place(element: SVGElement, { x, y, kind }: PlanePoint, index: number): void {
  element.setAttribute('transform', `translate(${across(x)} ${down(y)})`);
  const classes = kind === undefined ? '' : kind > 0 ? ', class +' : ', class −';
  const attributes = {
    'aria-label': `Point ${index + 1}`,
    'aria-valuemin': -planeBounds.y,
    'aria-valuemax': planeBounds.y,
    'aria-valuenow': y,
    'aria-valuetext': `x ${x}, y ${y}${classes}`,
    'data-kind': kind ?? 0,
  };
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
}

function grid(): SVGElement {
  const lines = makeSvg('g', { class: 'grid', 'aria-hidden': 'true' });
  const line = (x1: number, y1: number, x2: number, y2: number, axis: boolean) =>
    lines.append(makeSvg('line', { x1, y1, x2, y2, class: axis ? 'axis' : '' }));
  for (let x = -planeBounds.x; x <= planeBounds.x; x++) line(across(x), 0, across(x), down(-planeBounds.y), x === 0);
  for (let y = -planeBounds.y; y <= planeBounds.y; y++) line(0, down(y), across(planeBounds.x), down(y), y === 0);
  return lines;
}
