import { writeFile } from 'node:fs/promises';
import { imageTokenizerOf, loadModel } from '@residual/model';
import type { ByteImage } from '@residual/vision';
import type { CommandCall } from '../../runtime/command.js';
import { type ModelContext, type ModelOptions, withModel } from '../../runtime/model.js';
import { percent } from '../../terminal/format.js';
import { printResult } from '../../terminal/output.js';
import { evenlySpaced } from '../corpus.js';
import { type Recognition, recognizeImages, recognizerOf } from '../drawings/recognize.js';
import { pixelBatch } from '../image-tokens/batches.js';
import { reconstructionTable } from '../image-tokens/card.js';
import { readEmoji } from '../image-tokens/emoji.js';
import { type ReconstructionTest, testReconstruction } from '../image-tokens/evaluate.js';
import type { ImageTokenizerModel } from '../image-tokens/objective.js';
import { throughCodes } from '../image-tokens/through-codes.js';
import { type PictureChange, unchanged } from '../image-tokens/write-picture.js';
import { colouringOf, type Hue, hues } from '../images/recolour.js';
import { straight } from '../images/sample-picture.js';
import type { LabelledPicture } from '../images/split.js';
import { compositionsOf } from './painted-pictures.js';
import { imageSheet, paintAll } from './samples.js';

/** The options of `residual evaluate paintings`. */
export interface EvaluatePaintingsOptions extends ModelOptions {
  readonly recognizer: string;
  readonly sets?: readonly string[];
  readonly validation: number;
  readonly seed: number;
  readonly names: number;
  readonly compositions: number;
  readonly temperature: number;
  readonly guidanceScale: number;
  readonly sheet?: string;
  readonly texts?: readonly string[];
  readonly json?: boolean;
}

/** How often pictures are given their name, and the share of those with the colour that the text says. */
interface PaintingTest extends Recognition {
  readonly test: string;
  readonly colour?: number;
}

/** What was found. */
interface Report {
  readonly reconstruction: ReconstructionTest;
  /** The number of names to choose from. */
  readonly labels: number;
  readonly tests: readonly PaintingTest[];
}

/** Paints names and compositions, has them named, and prints how many names and colours are right. */
export async function evaluatePaintings(
  call: CommandCall<EvaluatePaintingsOptions, readonly [string]>,
): Promise<number> {
  const { options, args } = call;
  return withModel(call, async context => {
    const report = await reportOf(args[0], options, context);
    printResult(options, report, () => tableOf(report));
    return undefined;
  });
}

async function reportOf(
  file: string,
  options: EvaluatePaintingsOptions,
  { model, signal, progress }: ModelContext,
): Promise<Report> {
  const bound = imageTokenizerOf('evaluate paintings', model);
  const split = await readEmoji('evaluate paintings', { ...options, files: [file] });
  const { size, concepts } = split.pictures;
  const labelOf = (concept: number) => concepts[concept]!.texts[0]!;
  progress.show('reading pictures');
  const reconstruction = await testReconstruction(bound, split.validation, size, signal);
  const { seen, unseen } = compositionsOf(split.training, { size, labelOf });
  const pictures = evenlySpaced(split.training, options.names);
  const [others, combined] = [seen, unseen].map(all => evenlySpaced(all, options.compositions));
  const namesOf = (all: readonly { readonly concept: number }[]) => all.map(({ concept }) => labelOf(concept));
  const changed = await drawChanged(bound, size, [
    ...[...pictures, ...split.validation].map(picture => ({ picture, change: unchanged })),
    ...[...others!, ...combined!].map(({ picture, turn }) => ({ picture, change: { affine: straight, turn } })),
  ]);
  const paint = (texts: readonly string[], what: string) => {
    const onProgress = (done: number) => progress.show(`${what}: ${done} of ${texts.length}`);
    const { temperature, guidanceScale, seed } = options;
    return paintAll(model, texts, { temperature, guidanceScale, seed, signal, onProgress });
  };
  const textsOf = (all: typeof seen) => all.map(({ text }) => text);
  const painted = {
    names: await paint(namesOf(pictures), 'names'),
    unseenNames: await paint(namesOf(split.validation), 'names never seen'),
    others: await paint(textsOf(others!), 'colours'),
    combined: await paint(textsOf(combined!), 'colours never seen'),
  };
  if (options.sheet !== undefined) {
    const texts = options.texts ?? [];
    const shown = [painted.names, painted.unseenNames, painted.others, painted.combined];
    const rows = shown.flatMap(images => evenlySpaced(images, 24));
    await writeFile(options.sheet, imageSheet([...rows, ...(await paint(texts, 'texts'))]));
  }
  progress.show('naming pictures');
  const recognizer = await loadModel(options.recognizer, { signal });
  try {
    const labels = [...new Set([...split.training, ...split.validation].map(({ concept }) => labelOf(concept)))];
    const choices = await recognizerOf(recognizer, labels, signal);
    const tests: PaintingTest[] = [];
    const add = async (test: string, images: readonly ByteImage[], names: readonly string[], colours?: Hue[]) => {
      const found = await recognizeImages(choices, images, names, signal);
      tests.push({ test, ...found, ...(colours && { colour: shareOfColour(images, colours) }) });
    };
    const coloursOf = (all: typeof seen) => all.map(({ colour }) => colour);
    const thingsOf = (all: typeof seen) => namesOf(all.map(({ picture }) => picture));
    const [ofNames, ofUnseen, ofOthers, ofCombined] = partsOf(changed, [
      ...[pictures.length, split.validation.length, others!.length, combined!.length],
    ]);
    await add('names, the pictures through codes', ofNames!, namesOf(pictures));
    await add('names, painted', painted.names, namesOf(pictures));
    await add('names never seen, the pictures through codes', ofUnseen!, namesOf(split.validation));
    await add('names never seen, painted', painted.unseenNames, namesOf(split.validation));
    await add('colour and thing, recoloured', ofOthers!, thingsOf(others!), coloursOf(others!));
    await add('colour and thing, painted', painted.others, thingsOf(others!), coloursOf(others!));
    await add('colour and thing never seen, recoloured', ofCombined!, thingsOf(combined!), coloursOf(combined!));
    await add('colour and thing never seen, painted', painted.combined, thingsOf(combined!), coloursOf(combined!));
    return { reconstruction, labels: labels.length, tests };
  } finally {
    recognizer.dispose();
    progress.end();
  }
}

/** Pictures, changed, as the model draws them from their codes. */
async function drawChanged(
  model: ImageTokenizerModel,
  size: number,
  wanted: readonly { readonly picture: LabelledPicture; readonly change: PictureChange }[],
): Promise<ByteImage[]> {
  const images: ByteImage[] = [];
  for (let from = 0; from < wanted.length; from += 64) {
    const part = wanted.slice(from, from + 64);
    const batch = pixelBatch(
      part.map(({ picture }) => picture),
      size,
      i => part[i]!.change,
    );
    const { pixels } = await throughCodes(model, batch);
    const length = size * size * 3;
    for (let i = 0; i < part.length; i++) {
      const data = Uint8ClampedArray.from(pixels.subarray(i * length, (i + 1) * length), value => 127.5 * (value + 1));
      images.push({ width: size, height: size, channels: 3, data });
    }
  }
  return images;
}

/** Consecutive parts of a list, of these lengths. */
function partsOf<Item>(items: readonly Item[], lengths: readonly number[]): Item[][] {
  let from = 0;
  return lengths.map(length => items.slice(from, (from += length)));
}

/** The share of pictures whose mean hue is nearest to that of their colour. */
function shareOfColour(images: readonly ByteImage[], colours: readonly Hue[]): number {
  const distance = (a: number, b: number) => Math.min(Math.abs(a - b), 1 - Math.abs(a - b));
  const right = images.filter(({ data }, i) => {
    const rgba = Float32Array.from({ length: (data.length / 3) * 4 }, (_, k) =>
      k % 4 === 3 ? 1 : data[3 * Math.floor(k / 4) + (k % 4)]! / 255,
    );
    const { hue } = colouringOf(rgba);
    const names = Object.keys(hues) as Hue[];
    const nearest = names.toSorted((a, b) => distance(hues[a], hue) - distance(hues[b], hue))[0];
    return nearest === colours[i];
  });
  return right.length / Math.max(1, images.length);
}

function tableOf({ reconstruction, labels, tests }: Report): string {
  return [
    reconstructionTable(reconstruction),
    '',
    '| test | count | labels | first | in five | colour |',
    '|---|---|---|---|---|---|',
    ...tests.map(
      ({ test, count, first, inFive, colour }) =>
        `| ${test} | ${count} | ${labels} | ${percent(first)} | ${percent(inFive)} | ` +
        `${colour === undefined ? '' : percent(colour)} |`,
    ),
  ].join('\n');
}
