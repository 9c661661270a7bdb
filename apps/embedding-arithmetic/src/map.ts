import { arrowDirection, nextFrame, onColourScheme, perFrame, prefersStill } from '@residual/appkit';
import { MapCamera } from './map-camera.js';
import { WordCloud } from './map-cloud.js';
import { type Colours, colours } from './map-colours.js';
import { type Drawing, drawOver } from './map-drawing.js';
import { momentAt, motionDuration } from './map-motion.js';
import { boundsOf, nearestPoint, projectRow, visibleWords } from './map-projection.js';

/** The content of the map. */
export interface MapContent extends Drawing {
  readonly words: readonly string[];
  /** [words, 3] */
  readonly points: Float32Array;
}

/** What a page does when a visitor uses the map. */
export interface MapListeners {
  /** The pointer is at a word, or at none. */
  readonly hovered: (word: string | undefined) => void;
  /** The map was moved, zoomed or turned. */
  readonly used: () => void;
}

/**
 * A map of words that can be moved, zoomed and turned: a cloud of all words with WebGL, and above it a canvas with
 * marks and labels. Its arrows move when new content is shown.
 */
export class WordMap {
  private readonly surface = mapSurface();
  private readonly cloud = new WordCloud();
  private readonly camera: MapCamera;
  private readonly redraw = perFrame(() => this.draw());
  private theme: Colours;
  private content: MapContent | undefined;
  private highlighted: number | undefined;
  /** The share of the moving picture that is over. */
  private share = 1;
  private plays = 0;

  /** Fills a container. Errors without WebGL. */
  constructor(
    private readonly container: HTMLElement,
    private readonly listeners: MapListeners,
  ) {
    this.cloud.canvas.setAttribute('aria-hidden', 'true');
    container.replaceChildren(this.cloud.canvas, this.surface);
    this.theme = colours(container);
    this.camera = new MapCamera(this.surface, this.redraw, listeners.used);
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
    if (prefersStill()) this.share = 1;
    else this.play();
  }

  /** Plays the moving picture from its beginning. */
  async play(): Promise<void> {
    const own = ++this.plays;
    const start = performance.now();
    for (this.share = 0; this.share < 1 && own === this.plays; ) {
      this.drawOver();
      await nextFrame();
      if (own === this.plays) this.share = Math.min(1, (performance.now() - start) / motionDuration);
    }
    if (own === this.plays) this.redraw();
  }

  /** Removes marks and arrows; the words stay. */
  unmark(): void {
    this.highlighted = undefined;
    if (!this.content) return;
    this.content = { ...this.content, title: '', marks: [], arrows: [] };
    this.plays++;
    this.share = 1;
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
    this.drawOver();
  }

  private drawOver(): void {
    if (!this.content) return;
    const { screen } = this.camera;
    const { points, words, marks, arrows } = this.content;
    const labels = visibleWords(points, words, screen, marks);
    const moment = momentAt(arrows, this.share);
    const drawing = { ...this.content, moment, labels, pointed: this.highlighted };
    drawOver(this.surface, drawing, { ...screen, ratio: this.cloud.ratio }, this.theme);
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
    this.listeners.used();
    return true;
  }

  /** Highlights the word nearest to the pointer, once a frame. */
  private followPointer(): void {
    const highlightAt = perFrame(([x, y]: readonly [number, number]) => {
      if (!this.content) return;
      const nearest = nearestPoint(this.content.points, this.camera.screen, x, y);
      if (nearest === this.highlighted) return;
      this.highlighted = nearest;
      this.listeners.hovered(nearest === undefined ? undefined : this.content.words[nearest]);
      this.redraw();
    });
    this.surface.addEventListener('pointermove', ({ offsetX, offsetY, buttons }) => {
      if (buttons === 0) highlightAt([offsetX, offsetY]); // else the map is being dragged
    });
    this.surface.addEventListener('pointerleave', () => {
      this.highlighted = undefined;
      this.listeners.hovered(undefined);
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
