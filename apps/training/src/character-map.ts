import { fitCanvas, movement, onColourScheme, percent, perFrame } from '@residual/appkit';
import { alignTo } from './align.js';
import type { EmbeddingSnapshot } from './work/character-gpt.js';

/** Kinds of characters, with the custom property of their colour. */
const kinds: readonly (readonly [RegExp, string])[] = [
  [/[aeiouyAEIOUY]/, '--vowel'],
  [/\p{Lu}/u, '--capital'],
  [/\p{L}/u, '--letter'],
];
const otherKind = '--sign';
/** The duration of a move in milliseconds. */
const moveDuration = 500;

/** A map of characters by their embeddings, animated; the axes do not turn from one snapshot to the next. */
export class CharacterMap {
  private characters: readonly string[] = [];
  private from: Float32Array = new Float32Array();
  private to: Float32Array = new Float32Array();
  private startTime = 0;
  private readonly redraw = perFrame(() => this.draw());

  constructor(private readonly canvas: HTMLCanvasElement) {
    new ResizeObserver(() => this.redraw()).observe(canvas);
    onColourScheme(() => this.redraw());
  }

  /** Shows new points of the same characters, or other characters. */
  show({ characters, points, shares }: EmbeddingSnapshot): void {
    const isSame = characters.join('') === this.characters.join('');
    const now = isSame ? this.currentPoints(performance.now()) : points;
    this.characters = characters;
    this.to = isSame ? alignTo(points, this.to) : points;
    this.from = now.length === this.to.length ? now : this.to;
    this.startTime = performance.now();
    const [first, second] = shares.map(percent);
    const axes = `its axes show ${first} and ${second} of the variance of their embeddings`;
    this.canvas.setAttribute('aria-label', `Map of ${characters.length} characters; ${axes}`);
    this.redraw();
  }

  clear(): void {
    this.characters = [];
    [this.from, this.to] = [new Float32Array(), new Float32Array()];
    this.redraw();
  }

  /** The points at a time of their move. */
  private currentPoints(time: number): Float32Array {
    const share = movement(time - this.startTime, moveDuration);
    return this.to.map((value, i) => this.from[i]! + share * (value - this.from[i]!));
  }

  private draw(): void {
    const now = performance.now();
    if (now - this.startTime < moveDuration) this.redraw();
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (width === 0) return;
    const context = fitCanvas(this.canvas, { width, height }, devicePixelRatio);
    const points = this.currentPoints(now);
    const reach = points.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
    const scale = (Math.min(width, height) / 2 - 16) / reach;
    const style = getComputedStyle(this.canvas);
    context.font = `500 15px ${style.fontFamily}`;
    [context.textAlign, context.textBaseline] = ['center', 'middle'];
    for (const [i, character] of this.characters.entries()) {
      context.fillStyle = style.getPropertyValue(kindOf(character));
      const [x, y] = [width / 2 + points[2 * i]! * scale, height / 2 - points[2 * i + 1]! * scale];
      context.fillText(showSpace(character), x, y);
    }
  }
}

const kindOf = (character: string) => kinds.find(([pattern]) => pattern.test(character))?.[1] ?? otherKind;

/** A character with white space made visible. */
export function showSpace(character: string): string {
  return { ' ': '␣', '\n': '↵', '\t': '⇥' }[character] ?? character;
}
