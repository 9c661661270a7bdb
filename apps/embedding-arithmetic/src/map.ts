import { arrowDirection, onColourScheme, perFrame } from '@residual/appkit';
import { MapCamera } from './map-camera.js';
import { WordCloud } from './map-cloud.js';
import { type Colours, colours } from './map-colours.js';
import { type Drawing, drawOver } from './map-drawing.js';
import { boundsOf, nearestPoint, projectRow, visibleWords } from './map-projection.js';

/** The content of the map. */
export interface MapContent extends Drawing {
  readonly words: readonly string[];
  /** [words, 3] */
  readonly points: Float32Array;
}

/**
 * A map of words that can be moved, zoomed and turned: a cloud of all words with WebGL, and above it a canvas with
 * marks and labels.
 */
export class WordMap {
  private readonly surface = mapSurface();
  private readonly cloud = new WordCloud();
  private readonly camera: MapCamera;
  private readonly redraw = perFrame(() => this.draw());
  private theme: Colours;
  private content: MapContent | undefined;
  private highlighted: number | undefined;

  /** Fills a container; `hovered` is called with the word under the pointer, or without one. Errors without WebGL. */
  constructor(
    private readonly container: HTMLElement,
    private readonly hovered: (word: string | undefined) => void,
  ) {
    this.cloud.canvas.setAttribute('aria-hidden', 'true');
    container.replaceChildren(this.cloud.canvas, this.surface);
    this.theme = colours(container);
    this.camera = new MapCamera(this.surface, this.redraw);
    new ResizeObserver(() => this.resize()).observe(container);
    onColourScheme(() => {
      this.theme = colours(container);
      this.redraw();
    });
    this.surface.addEventListener('keydown', event => {
      if (this.act(event)) event.preventDefault();
    });
    this.followPointer();
  }

  show(content: MapContent): void {
    if (this.content?.words !== content.words) this.cloud.setCount(content.words.length);
    this.cloud.setPoints(content.points);
    this.content = content;
    this.describe();
    this.resize();
    this.camera.fit(boundsOf(content));
  }

  /** Removes marks and arrows; the words stay. */
  unmark(): void {
    this.highlighted = undefined;
    if (!this.content) return;
    this.content = { ...this.content, title: '', marks: [], arrows: [] };
    this.describe();
    this.redraw();
  }

  setView(view: '2d' | '3d'): void {
    this.camera.setView(view);
  }

  /** Highlights a word, or none; a word outside the visible part is brought into it. */
  highlight(row: number | undefined): void {
    this.highlighted = row;
    this.redraw();
    if (row === undefined || !this.content) return;
    const { width, height } = this.camera.size;
    const [x, y] = projectRow(this.content.points, row, this.camera.screen);
    if (x >= 0 && y >= 0 && x <= width && y <= height) return;
    this.camera.fit(boundsOf({ ...this.content, marks: [...this.content.marks, { row, kind: 'answer' }] }));
  }

  zoomBy(factor: number): void {
    this.camera.zoomBy(factor);
  }

  /** Shows the whole content again. */
  reset(): void {
    this.camera.fit();
  }

  private draw(): void {
    if (!this.content) return;
    this.cloud.draw(this.camera, this.theme.muted);
    const { screen } = this.camera;
    const labels = visibleWords(this.content.points, this.content.words, screen, this.content.marks);
    const { ratio } = this.cloud;
    drawOver(this.surface, this.content, { ...screen, ratio }, this.theme, labels, this.highlighted);
  }

  private resize(): void {
    const { width, height } = this.container.getBoundingClientRect();
    if (width === 0 || height === 0) return;
    this.cloud.resize(width, height);
    this.camera.resize(width, height);
  }

  private describe(): void {
    const { words, title } = this.content!;
    this.surface.setAttribute('aria-label', `Map of ${words.length} words${title && `: ${title}`}`);
  }

  /** The action of a key; false if it has none. */
  private act({ key, shiftKey }: KeyboardEvent): boolean {
    const direction = arrowDirection(key);
    if (direction && shiftKey) this.camera.turn(...direction);
    else if (direction) this.camera.move(...direction);
    else if (key === '+' || key === '=') this.camera.zoomBy(1.25);
    else if (key === '-') this.camera.zoomBy(0.8);
    else if (key === '0') this.reset();
    else return false;
    return true;
  }

  /** Highlights the word nearest to the pointer, once a frame. */
  private followPointer(): void {
    const highlightAt = perFrame(([x, y]: readonly [number, number]) => {
      if (!this.content) return;
      const nearest = nearestPoint(this.content.points, this.camera.screen, x, y);
      if (nearest === this.highlighted) return;
      this.highlighted = nearest;
      this.hovered(nearest === undefined ? undefined : this.content.words[nearest]);
      this.redraw();
    });
    this.surface.addEventListener('pointermove', ({ offsetX, offsetY, buttons }) => {
      if (buttons === 0) highlightAt([offsetX, offsetY]); // else the map is being dragged
    });
    this.surface.addEventListener('pointerleave', () => {
      this.highlighted = undefined;
      this.hovered(undefined);
      this.redraw();
    });
  }
}

/** The canvas above the cloud, which has the focus and takes the keys. */
function mapSurface(): HTMLCanvasElement {
  const surface = document.createElement('canvas');
  surface.tabIndex = 0;
  surface.setAttribute('role', 'application');
  surface.setAttribute('aria-roledescription', 'map');
  surface.setAttribute('aria-label', 'Map of the words');
  surface.setAttribute('aria-describedby', 'map-help');
  return surface;
}
