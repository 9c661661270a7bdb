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
  private frame = 0;

  constructor(private readonly canvas: HTMLCanvasElement) {
    new ResizeObserver(() => this.later()).observe(canvas);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.later());
  }

  /** Shows new points of the same characters, or other characters. */
  show({ characters, points, shares }: EmbeddingSnapshot): void {
    const isSame = characters.join('') === this.characters.join('');
    const now = isSame ? this.places(performance.now()) : points;
    this.characters = characters;
    this.to = isSame ? alignTo(points, this.to) : points;
    this.from = now.length === this.to.length ? now : this.to;
    this.startTime = performance.now();
    const [first, second] = shares.map(share => Math.round(100 * share));
    this.canvas.setAttribute(
      'aria-label',
      `Map of ${characters.length} characters; its axes hold ${first} % and ${second} % of how their embeddings differ`,
    );
    this.later();
  }

  clear(): void {
    this.characters = [];
    [this.from, this.to] = [new Float32Array(), new Float32Array()];
    this.later();
  }

  private places(now: number): Float32Array {
    const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const passed = isStill ? 1 : Math.min(1, (now - this.startTime) / moveDuration);
    const eased = 1 - (1 - passed) ** 3;
    return this.to.map((value, i) => this.from[i]! + eased * (value - this.from[i]!));
  }

  private later(): void {
    this.frame ||= requestAnimationFrame(now => {
      this.frame = 0;
      this.draw(now);
      if (now - this.startTime < moveDuration) this.later();
    });
  }

  private draw(now: number): void {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (width === 0) return;
    const ratio = devicePixelRatio;
    if (this.canvas.width !== Math.round(width * ratio)) {
      this.canvas.width = Math.round(width * ratio);
      this.canvas.height = Math.round(height * ratio);
    }
    const context = this.canvas.getContext('2d')!;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    const places = this.places(now);
    const reach = places.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
    const scale = (Math.min(width, height) / 2 - 16) / reach;
    const style = getComputedStyle(this.canvas);
    context.font = `500 15px ${style.fontFamily}`;
    [context.textAlign, context.textBaseline] = ['center', 'middle'];
    for (const [i, character] of this.characters.entries()) {
      context.fillStyle = style.getPropertyValue(kindOf(character));
      const [x, y] = [width / 2 + places[2 * i]! * scale, height / 2 - places[2 * i + 1]! * scale];
      context.fillText(showSpace(character), x, y);
    }
  }
}

const kindOf = (character: string) => kinds.find(([pattern]) => pattern.test(character))?.[1] ?? otherKind;

/** A character with white space made visible. */
export function showSpace(character: string): string {
  return { ' ': '␣', '\n': '↵', '\t': '⇥' }[character] ?? character;
}
