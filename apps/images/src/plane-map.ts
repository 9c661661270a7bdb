import { arrowDirection, fitCanvas, onColourScheme, Pen, perFrame } from '@residual/appkit';
import type { Library } from './library.js';

/** What the map shows: points [pictures and then words, 2]. */
export interface MapContent {
  readonly points: Float32Array;
  /** The row of each picture in the library. */
  readonly pictures: readonly number[];
  readonly words: readonly string[];
}

/** The side of a picture on the map, and the margin around what is shown, in pixels. */
const [pictureSide, margin] = [24, 1];

/** A map of pictures and words in a plane, which can be moved and zoomed; where there is no room, a dot stands. */
export class PlaneMap {
  private content: MapContent | undefined;
  private readonly redraw = perFrame(() => this.draw());
  /** The middle of the view and its height, in units of the points. */
  private view = { x: 0, y: 0, height: 1 };
  private whole = { x: 0, y: 0, height: 1 };
  /** How much wider than high a unit is, so that both axes fill the map: they have no unit in common. */
  private stretch = 1;
  private readonly sheet = new Image();
  /** What is written where, for the pointer. */
  private places: { readonly x: number; readonly y: number; readonly name: string }[] = [];

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly library: Library,
    private readonly pointed: (name: string) => void,
  ) {
    canvas.setAttribute('role', 'application');
    canvas.setAttribute('aria-roledescription', 'map');
    this.sheet.src = library.sheet;
    this.sheet.addEventListener('load', () => this.redraw());
    new ResizeObserver(() => this.redraw()).observe(canvas);
    onColourScheme(() => this.redraw());
    this.listen();
  }

  show(content: MapContent): void {
    this.content = content;
    const along = (axis: number) => {
      const values = content.points.filter((_, i) => i % 2 === axis).sort();
      return [values[Math.floor(0.005 * values.length)]!, values[Math.floor(0.995 * values.length)]!] as const;
    };
    const [[left, right], [bottom, top]] = [along(0), along(1)];
    const { clientWidth: width, clientHeight: height } = this.canvas;
    this.stretch = ((top - bottom) * width) / ((right - left || 1) * (height || 1));
    this.whole = { x: (left + right) / 2, y: (bottom + top) / 2, height: 1.12 * (top - bottom || 1) };
    this.reset();
  }

  /** Zooms around a point of the canvas, its middle if absent. */
  zoomBy(factor: number, at?: readonly [x: number, y: number]): void {
    const [x, y] = at ?? [this.canvas.clientWidth / 2, this.canvas.clientHeight / 2];
    const before = this.pointAt(x, y);
    this.view.height = Math.min(2 * this.whole.height, Math.max(this.whole.height / 40, this.view.height / factor));
    const after = this.pointAt(x, y);
    this.view.x += before[0] - after[0];
    this.view.y += before[1] - after[1];
    this.redraw();
  }

  /** Moves the view by shares of its height, right and up. */
  move(right: number, up: number): void {
    this.view.x += (right * this.view.height) / this.stretch;
    this.view.y += up * this.view.height;
    this.redraw();
  }

  /** Shows the whole map again. */
  reset(): void {
    this.view = { ...this.whole };
    this.redraw();
  }

  private get scale(): number {
    return this.canvas.clientHeight / this.view.height;
  }

  private pointAt(x: number, y: number): [number, number] {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    return [this.view.x + (x - width / 2) / (this.scale * this.stretch), this.view.y - (y - height / 2) / this.scale];
  }

  private draw(): void {
    const { canvas, content, sheet } = this;
    const { clientWidth: width, clientHeight: height } = canvas;
    if (!content || width === 0) return;
    const style = getComputedStyle(canvas);
    const context = fitCanvas(canvas, { width, height }, devicePixelRatio);
    const pen = new Pen(context, style.backgroundColor);
    const { points, pictures, words } = content;
    const take = places();
    this.places = [];
    const dots: [number, number][] = [];
    const order = shuffled(points.length / 2);
    for (const i of order) {
      const x = width / 2 + (points[2 * i]! - this.view.x) * this.scale * this.stretch;
      const y = height / 2 - (points[2 * i + 1]! - this.view.y) * this.scale;
      if (x < -pictureSide || y < -pictureSide || x > width + pictureSide || y > height + pictureSide) continue;
      const picture = pictures[i];
      const name = picture === undefined ? words[i - pictures.length]! : this.library.pictures[picture]!.label;
      this.places.push({ x, y, name });
      const isFree = picture === undefined ? take(x, y, 7 * name.length, 18) : take(x, y, pictureSide, pictureSide);
      if (!isFree) dots.push([x, y]);
      else if (picture === undefined) pen.write(name, x - 3.4 * name.length, y + 4, '500 12px', style.color);
      else if (sheet.complete) {
        const { size, columns } = this.library;
        const [left, top] = [(picture % columns) * size, Math.floor(picture / columns) * size];
        const half = pictureSide / 2;
        context.drawImage(sheet, left, top, size, size, x - half, y - half, pictureSide, pictureSide);
      }
    }
    context.globalCompositeOperation = 'destination-over'; // below what is there
    context.fillStyle = style.getPropertyValue('--dots');
    for (const [x, y] of dots) context.fillRect(x - 1, y - 1, 2, 2);
    context.globalCompositeOperation = 'source-over';
  }

  private listen(): void {
    const { canvas } = this;
    const pointers = new Map<number, readonly [number, number]>();
    canvas.addEventListener('pointerdown', event => {
      canvas.focus({ preventScroll: true });
      canvas.setPointerCapture(event.pointerId);
      pointers.set(event.pointerId, [event.offsetX, event.offsetY]);
    });
    canvas.addEventListener('pointermove', event => {
      const before = pointers.get(event.pointerId);
      const here = [event.offsetX, event.offsetY] as const;
      if (!before) {
        this.point(...here);
        return;
      }
      const [other] = [...pointers].filter(([id]) => id !== event.pointerId);
      pointers.set(event.pointerId, here);
      if (other) {
        const distance = ([x, y]: readonly [number, number]) => Math.hypot(x - other[1][0], y - other[1][1]) || 1;
        this.zoomBy(distance(here) / distance(before), other[1]);
        return;
      }
      this.view.x -= (here[0] - before[0]) / (this.scale * this.stretch);
      this.view.y += (here[1] - before[1]) / this.scale;
      this.redraw();
    });
    for (const end of ['pointerup', 'pointercancel'] as const)
      canvas.addEventListener(end, ({ pointerId }) => pointers.delete(pointerId));
    canvas.addEventListener('pointerleave', () => this.pointed(''));
    canvas.addEventListener('wheel', event => {
      if (!event.ctrlKey && document.activeElement !== canvas) return; // a wheel scrolls the page
      event.preventDefault();
      this.zoomBy(Math.exp(-event.deltaY / 300), [event.offsetX, event.offsetY]);
    });
    canvas.addEventListener('keydown', event => {
      const direction = arrowDirection(event.key);
      if (direction) this.move(0.1 * direction[0], 0.1 * direction[1]);
      else if (event.key === '+' || event.key === '=') this.zoomBy(1.5);
      else if (event.key === '-') this.zoomBy(1 / 1.5);
      else if (event.key === '0') this.reset();
      else return;
      event.preventDefault();
    });
  }

  /** Says what is nearest to the pointer. */
  private point(x: number, y: number): void {
    let [best, name] = [18 ** 2, ''];
    for (const place of this.places) {
      const distance = (place.x - x) ** 2 + (place.y - y) ** 2;
      if (distance < best) [best, name] = [distance, place.name];
    }
    this.pointed(name);
  }
}

/** A function that takes a box around a point, with a margin, and says whether it was free. */
function places(): (x: number, y: number, width: number, height: number) => boolean {
  const cell = 8;
  const taken = new Set<number>();
  return (x, y, width, height) => {
    const range = (middle: number, side: number) =>
      [middle - side / 2 - margin, middle + side / 2 + margin].map(value => Math.floor(value / cell) + 1000);
    const [[left, right], [top, bottom]] = [range(x, width), range(y, height)] as [number[], number[]];
    const cells: number[] = [];
    for (let column = left!; column <= right!; column++)
      for (let row = top!; row <= bottom!; row++) cells.push(column * 10_000 + row);
    if (cells.some(each => taken.has(each))) return false;
    for (const each of cells) taken.add(each);
    return true;
  };
}

/** The numbers below a count in an order that is always the same and looks random. */
function shuffled(count: number): number[] {
  const keys = Array.from({ length: count }, (_, i) => Math.imul(i + 1, 0x9e3779b1) >>> 0);
  return [...keys.keys()].sort((a, b) => keys[a]! - keys[b]!);
}
