import { arrowDirection, fitCanvas, make, movement, onColourScheme, perFrame } from '@residual/appkit';
import {
  clamp,
  coordinate,
  drawBall,
  drawEdges,
  drawGround,
  drawRing,
  drawTrail,
  heightAt,
  type Place,
  type Projection,
  projection,
} from './ground-drawing.js';

/** What the ground shows: heights 0 .. 1 [size, size] (the row is the place along the second direction). */
export interface GroundPicture {
  readonly size: number;
  readonly heights: ArrayLike<number>;
  /** The ball, and the places that it has passed. */
  readonly ball?: Place | undefined;
  readonly trail?: readonly Place[];
  /** The lowest place, if it is known. */
  readonly lowest?: Place | undefined;
}

/** What is written at the two front edges, and what a visitor can do. */
export interface GroundOptions {
  readonly label: string;
  readonly edges: readonly [first: string, second: string];
  /** Called when the visitor puts the ball somewhere. */
  readonly onPlace?: (place: Place) => void;
}

/** The duration of a change of the ground in milliseconds. */
const morphDuration = 600;

/** A hilly ground in perspective from above, with a ball; heights that change, change gradually. */
export class Ground {
  private readonly canvas = make('canvas');
  private picture: GroundPicture = { size: 0, heights: [] };
  private before: ArrayLike<number> = [];
  private changedAt = 0;
  private readonly land = make('canvas');
  private landKey: readonly unknown[] = [];
  private readonly redraw = perFrame(() => this.draw());

  constructor(
    place: HTMLElement,
    private readonly options: GroundOptions,
  ) {
    const { canvas } = this;
    canvas.setAttribute('aria-label', options.label);
    canvas.setAttribute('role', options.onPlace ? 'slider' : 'img');
    place.append(canvas);
    new ResizeObserver(() => this.redraw()).observe(canvas);
    onColourScheme(() => this.redraw());
    if (options.onPlace) this.wire(options.onPlace);
  }

  /** Shows a picture; with `gradually` its heights grow out of the last ones. */
  show(picture: GroundPicture, { gradually = false } = {}): void {
    if (gradually && this.picture.size === picture.size) {
      this.before = this.heightsAt(performance.now());
      this.changedAt = performance.now();
    } else if (picture.heights !== this.picture.heights) this.before = picture.heights;
    this.picture = picture;
    this.redraw();
  }

  /** Says the picture to screen readers. */
  describe(value: number, text: string): void {
    if (this.options.onPlace) {
      this.canvas.setAttribute('aria-valuenow', String(value));
      this.canvas.setAttribute('aria-valuetext', text);
    } else this.canvas.setAttribute('aria-label', `${this.options.label}: ${text}`);
  }

  private wire(onPlace: (place: Place) => void): void {
    const { canvas } = this;
    canvas.tabIndex = 0;
    canvas.addEventListener('pointerdown', event => {
      canvas.setPointerCapture(event.pointerId);
      onPlace(this.placeAt(event));
    });
    canvas.addEventListener('pointermove', event => {
      if (canvas.hasPointerCapture(event.pointerId)) onPlace(this.placeAt(event));
    });
    canvas.addEventListener('keydown', event => {
      const direction = arrowDirection(event.key);
      if (!direction) return;
      event.preventDefault();
      const [first, second] = this.picture.ball ?? [0, 0];
      const step = event.shiftKey ? 0.2 : 0.04;
      onPlace([clamp(first + step * direction[0]), clamp(second + step * direction[1])]);
    });
  }

  private heightsAt(time: number): ArrayLike<number> {
    const { heights } = this.picture;
    const share = movement(time - this.changedAt, morphDuration);
    if (share >= 1 || this.before.length !== heights.length) return heights;
    return Float32Array.from(heights, (height, i) => this.before[i]! + share * (height - this.before[i]!));
  }

  /** The place of the point of the grid that is nearest to the pointer. */
  private placeAt({ clientX, clientY }: MouseEvent): Place {
    const { left, top } = this.canvas.getBoundingClientRect();
    const [x, y] = [clientX - left, clientY - top];
    const { size, heights } = this.picture;
    const project = projection(this.canvas.clientWidth, this.canvas.clientHeight);
    let best = { far: Number.POSITIVE_INFINITY, place: [0, 0] as Place };
    for (let i = 0; i < heights.length; i++) {
      const place: Place = [coordinate(i % size, size), coordinate(Math.floor(i / size), size)];
      const [px, py] = project(place, heights[i]!);
      const far = (px - x) ** 2 + (py - y) ** 2;
      if (far < best.far) best = { far, place };
    }
    return best.place;
  }

  /** The ground without ball and trail, which is drawn anew only if it has changed. */
  private landAt(heights: ArrayLike<number>, project: Projection, style: CSSStyleDeclaration): HTMLCanvasElement {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const key = [heights, width, height, devicePixelRatio, style.color];
    if (key.every((part, i) => part === this.landKey[i])) return this.land;
    const context = fitCanvas(this.land, { width, height }, devicePixelRatio);
    drawGround(context, { size: this.picture.size, heights, project, style });
    this.landKey = key;
    return this.land;
  }

  private draw(): void {
    const now = performance.now();
    if (now - this.changedAt < morphDuration && this.before !== this.picture.heights) this.redraw();
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const { size, trail = [], ball, lowest } = this.picture;
    if (width === 0 || size === 0) return;
    const context = fitCanvas(this.canvas, { width, height }, devicePixelRatio);
    const heights = this.heightsAt(now);
    const project = projection(width, height);
    const style = getComputedStyle(this.canvas);
    const at = (place: Place) => project(place, heightAt(heights, size, place));
    context.drawImage(this.landAt(heights, project, style), 0, 0, width, height);
    context.lineJoin = context.lineCap = 'round';
    if (lowest) drawRing(context, at(lowest), style.color);
    drawTrail(context, trail.map(at), style.color);
    if (ball) drawBall(context, at(ball), style);
    drawEdges(context, project, this.options.edges, style);
  }
}
