import type { Tokenizer } from '@residual/tokenizer';
import { type PromptedTarget, promptBatch, promptBatches, type TokenBatch } from '@residual/train';
import { augmentDrawing, type QuickDrawEntry, type StrokeTokenizer, unitBox } from '@residual/vision';
import type { Corpus } from '../corpus.js';
import { firstBatches, sizeOf } from '../corpus.js';
import type { DrawingSplit } from './read-drawings.js';

/** Settings of `drawingCorpus`. */
export interface DrawingCorpusSettings {
  readonly batch: number;
  readonly seed: number;
  /** The share of the drawings whose words are left out. */
  readonly unconditional: number;
  /** The share of the drawings whose word becomes one near it. */
  readonly neighbours: number;
  /** The most tokens of a drawing. */
  readonly length: number;
}

/** What turns words and drawings into tokens. */
export interface DrawingCorpusParts {
  readonly strokes: StrokeTokenizer;
  readonly tokenizer: Tokenizer;
  /** The words near a category. */
  readonly near: ReadonlyMap<string, readonly string[]>;
}

/** Sentences that a word may stand in. */
const sentences = ['a {}', 'the {}', 'a drawing of a {}'];

/** How often it does. */
const sentenceShare = 0.15;

/** Batches of words with drawings that are drawn anew each time, and of drawings as they are to validate. */
export function drawingCorpus(
  { training, validation, categories }: DrawingSplit,
  { strokes, tokenizer, near }: DrawingCorpusParts,
  { batch, seed, unconditional, neighbours, length }: DrawingCorpusSettings,
): Corpus<TokenBatch> {
  const encode = ({ word, drawing }: QuickDrawEntry, random: () => number): PromptedTarget => {
    const hasWords = random() >= unconditional;
    const others = random() < neighbours ? near.get(word) : undefined;
    const name = others ? pick(others, random) : word;
    const text = random() < sentenceShare ? pick(sentences, random).replace('{}', name) : name;
    const prompt = hasWords ? tokenizer.encode(text).ids : [strokes.bosTokenId];
    const tokens = strokes.encode(augmentDrawing(drawing, random), { box: unitBox });
    return { prompt, target: tokens.slice(0, length) };
  };
  return {
    batches: promptBatches(training, { batch, seed, encode }),
    validation: limit => firstBatches(plainBatches(validation, { strokes, tokenizer }, batch), limit),
    summary: `${sizeOf('drawings', training.length, validation.length)}; ${categories.length} words`,
  };
}

/** Batches of words with drawings as they are. */
export function* plainBatches(
  entries: readonly QuickDrawEntry[],
  { strokes, tokenizer }: Pick<DrawingCorpusParts, 'strokes' | 'tokenizer'>,
  batch: number,
): Generator<TokenBatch> {
  const encode = ({ word, drawing }: QuickDrawEntry): PromptedTarget => ({
    prompt: tokenizer.encode(word).ids,
    target: strokes.encode(drawing),
  });
  for (let from = 0; from < entries.length; from += batch)
    yield promptBatch(entries.slice(from, from + batch).map(encode));
}

function pick<Item>(items: readonly Item[], random: () => number): Item {
  return items[Math.floor(random() * items.length)]!;
}
