import { vectorTable } from '@residual/word-vectors';
import { expect, test } from 'vitest';
import { Draws } from '../draws.js';
import { writeAugmented, writePlain } from './augment.js';
import { pictureBatches } from './batches.js';
import type { Concept, PictureSet } from './picture-sets.js';
import { samplePicture, straight } from './sample-picture.js';
import { splitPictures } from './split.js';
import { conceptTexts, encodeTexts } from './texts.js';
import { wordTable, wordTokenizer } from './vocabulary.js';

const size = 3;
const set = (channels: 1 | 4, pixels: readonly number[]): PictureSet => ({
  ...{ name: 'set', channels, pixels: Uint8Array.from(pixels), concepts: Int32Array.of(0) },
});
const half = Array.from({ length: size * size }, (_, i) => (i === 4 ? [0, 128, 0, 128] : [0, 0, 0, 0])).flat();
const target = () => ({ values: new Float32Array(size * size * 3), offset: 0, size });

test('a plain picture lies on white, ink is black', () => {
  const [coloured, ink] = [target(), target()];
  writePlain({ set: set(4, half), index: 0 }, size, coloured);
  writePlain({ set: set(1, [0, 0, 0, 0, 255, 0, 0, 0, 51]), index: 0 }, size, ink);
  const at = (values: Float32Array, pixel: number) => [...values.slice(3 * pixel, 3 * pixel + 3)];
  expect(at(coloured.values, 0)).toEqual([1, 1, 1]);
  for (const [c, value] of [2 * (127 / 255) - 1, 1, 2 * (127 / 255) - 1].entries())
    expect(at(coloured.values, 4)[c]).toBeCloseTo(value, 5);
  expect([at(ink.values, 0), at(ink.values, 4)]).toEqual([
    [1, 1, 1],
    [-1, -1, -1],
  ]);
  expect(at(ink.values, 8)[0]).toBeCloseTo(0.6, 5);
});

test('augmented pictures stay from -1 to 1, differ between most steps, and are the same for the same step', () => {
  for (const each of [set(4, half), set(1, [0, 255, 0, 0, 255, 0, 0, 255, 0])]) {
    const at = (step: number) => {
      const to = target();
      writeAugmented({ set: each, index: 0 }, size, to, new Draws(1, 'test', step));
      return [...to.values];
    };
    const all = Array.from({ length: 60 }, (_, step) => at(step));
    expect(all.flat().every(value => value >= -1.00001 && value <= 1.00001)).toBe(true);
    expect(new Set(all.map(String)).size).toBeGreaterThan(40);
    expect(at(7)).toEqual(all[7]);
  }
});

test('waves bend a picture: a wave without end moves all of it, another each row by its own amount', () => {
  const size = 4;
  const line = { set: set(1, Array.from({ length: size }, () => [0, 255, 0, 0]).flat()), index: 0 };
  const rows = (right: { height: number; frequency: number; phase: number }) => {
    const values = samplePicture(line, size, size, straight, { right, down: { ...right, height: 0 } });
    return Array.from({ length: size }, (_, row) => [...values.slice(row * size, (row + 1) * size)]);
  };
  const pixel = 2 / size;
  const flat = { height: pixel, frequency: 0, phase: Math.PI / 2 };
  expect(rows({ ...flat, height: 0 }).flat()).toEqual([...samplePicture(line, size, size, straight)]);
  for (const row of rows(flat)) expect(row).toEqual([1, 0, 0, 0]); // sampled a pixel further to the right
  const [top, , , bottom] = rows({ height: pixel / Math.sin(0.75), frequency: 1, phase: 0 });
  expect([top!, bottom!].map(row => row.indexOf(Math.max(...row)))).toEqual([2, 0]);
});

const concepts: readonly Concept[] = [
  ...['red apple', 'green apples', 'applepie'].map(name => ({ kind: 'emoji' as const, name, texts: [name, 'fruit'] })),
  ...['apple', 'tree'].map(name => ({ kind: 'drawing' as const, name, texts: [name] })),
];
const vectors = vectorTable({
  words: ['apple', 'pie', 'red', 'tree', 'the'],
  data: Float32Array.from([1, 0, 0, 1, 1, 1, -1, 0, -1, -2]),
});

test('words without a vector have that of their parts, of their stem or of the words beside them', () => {
  const { words, values, dim } = wordTable(vectors, concepts, 5);
  const vector = (word: string) => [...values.slice(words.indexOf(word) * dim, (words.indexOf(word) + 1) * dim)];
  expect(words).toEqual(['[UNK]', '[PAD]', 'apple', 'pie', 'red', 'tree', 'the', 'fruit', 'apples', 'applepie']);
  expect([vector('[UNK]'), vector('[PAD]')]).toEqual([
    [0, 0],
    [0, 0],
  ]);
  for (const word of words.slice(2)) expect(Math.hypot(...vector(word))).toBeCloseTo(Math.sqrt(10), 4);
  expect(vector('apples')).toEqual(vector('apple'));
  const sum = vector('apple').map((value, i) => value + vector('pie')[i]!);
  const scale = Math.sqrt(10) / Math.hypot(...sum);
  for (const [i, value] of vector('applepie').entries()) expect(value).toBeCloseTo(sum[i]! * scale, 4);
});

test('texts describe the concepts that have them, and single words those whose texts have them', () => {
  const { texts, ofConcept, describing } = conceptTexts(concepts, () => true);
  expect(texts).toEqual(['red apple', 'fruit', 'green apples', 'applepie', 'apple', 'tree']);
  expect(ofConcept).toEqual([[0, 1], [2, 1], [3, 1], [4], [5]]);
  expect(describing.map(each => [...each])).toEqual([[0, 1, 4], [2, 1], [3, 1], [4], [5]]);
  const tokenizer = wordTokenizer(wordTable(vectors, concepts, 5));
  const encoded = encodeTexts(tokenizer, ['Red, apple; zebra!', 'zebra', 'the tree the tree'], 3);
  expect(encoded).toEqual({ ids: Int32Array.of(4, 2, 1, 0, 1, 1, 6, 5, 6), lengths: [2, 1, 3], length: 3 });
});

async function firstOf<Item>(items: Iterable<Item> | AsyncIterable<Item>): Promise<Item> {
  for await (const item of items) return item;
  throw new Error('no items');
}

test('among all labels, only its own is that of a picture; an icon has none', async () => {
  const texts = conceptTexts(concepts, () => true);
  const at = (kind: number) => ({ set: set(kind === 0 ? 4 : 1, kind === 0 ? half : half.slice(0, 9)), index: 0 });
  const emoji = [0, 1].map(concept => ({ ...at(0), concept }));
  const [drawings, icons] = [[{ ...at(1), concept: 3 }], [{ ...at(1), concept: 4 }]];
  const labels = [0, 2, 4];
  const tokenizer = wordTokenizer(wordTable(vectors, concepts, 5));
  const split = { emoji, drawings, icons, seen: new Set([0, 1, 3, 4]) };
  const settings = { batch: 10, seed: 1, from: size, size, maxLength: 4 };
  const batches = pictureBatches(split, { texts, labels, tokenizer }, settings).from(0);
  const { labelled, ownLabels, positives } = await firstOf(batches);
  expect(labelled).toBe(8);
  const rows = Array.from({ length: labelled }, (_, i) => [...ownLabels.slice(3 * i, 3 * i + 3)].join(''));
  expect(rows.sort()).toEqual(['001', '010', '010', '010', '100', '100', '100', '100']);
  expect(positives.length).toBe(10 * 20);
});

test('nothing of what is tested is trained on', () => {
  const many: readonly Concept[] = [
    ...Array.from({ length: 20 }, (_, i) => ({ kind: 'emoji' as const, name: `e${i}`, texts: [`thing${i}`] })),
    ...Array.from({ length: 6 }, (_, i) => ({ kind: 'drawing' as const, name: `d${i}`, texts: [`thing${i}`] })),
    ...Array.from({ length: 40 }, (_, i) => ({
      ...{ kind: 'icon' as const, name: `i${i}` },
      texts: [i < 20 ? `a big thing${i}` : `thing${i - 20}s`],
    })),
  ];
  const style = (name: string) => ({ ...set(4, []), name, concepts: Int32Array.from({ length: 20 }, (_, i) => i) });
  const drawings = Int32Array.from({ length: 6 * 25 }, (_, i) => 20 + (i % 6));
  const strokes = { ...set(1, []), name: 'strokes', concepts: drawings };
  const icons = { ...set(1, []), name: 'icons', concepts: Int32Array.from({ length: 40 }, (_, i) => 26 + i) };
  const pictures = { size, concepts: many, sets: [style('one'), style('two'), strokes, icons] };
  const {
    emoji,
    drawings: trained,
    icons: others,
    tests,
    seen,
  } = splitPictures(pictures, { unseenSet: 'two', seed: 3, isUsed: () => true });
  expect([emoji.length, tests.unseenStyle.length, tests.unseenConcepts.length]).toEqual([18, 18, 2]);
  expect(emoji.every(({ set }) => set.name === 'one')).toBe(true);
  expect([tests.newDrawings.length, tests.unseenDrawings.length]).toEqual([3 * 5, 3 * 25]);
  for (const { concept } of [...tests.unseenConcepts, ...tests.unseenDrawings]) expect(seen.has(concept)).toBe(false);
  const unseen = new Set(tests.unseenConcepts.map(({ concept }) => `thing${concept}`));
  for (const { concept } of trained) expect(unseen.has(many[concept]!.texts[0]!)).toBe(false);
  const neverDrawn = new Set(tests.unseenDrawings.map(({ concept }) => many[concept]!.texts[0]!));
  const isTested = (thing: string) => unseen.has(thing) || neverDrawn.has(thing);
  const thingOf = (text: string) => text.replace('a big ', '').replace(/s$/, '');
  expect(others.map(({ concept }) => concept)).toEqual(
    Array.from({ length: 40 }, (_, i) => 26 + i).filter(icon => !isTested(thingOf(many[icon]!.texts[0]!))),
  );
  expect(others.length).toBeLessThan(40);
  const whole = splitPictures(pictures, { seed: 3, isUsed: concept => concept !== 5 });
  expect([whole.emoji.length, whole.drawings.length, whole.icons.length, whole.seen.has(5)]).toEqual([
    38,
    150,
    40,
    false,
  ]);
});
