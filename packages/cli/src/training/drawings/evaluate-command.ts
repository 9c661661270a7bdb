import { writeFile } from 'node:fs/promises';
import { ResidualError } from '@residual/base';
import { causalOf, loadModel } from '@residual/model';
import { evaluate, languageModelLoss } from '@residual/train';
import { type Drawing, strokeTokenizer } from '@residual/vision';
import type { CommandCall } from '../../runtime/command.js';
import { type ModelContext, type ModelOptions, withModel } from '../../runtime/model.js';
import { percent } from '../../terminal/format.js';
import { printResult } from '../../terminal/output.js';
import { evenlySpaced } from '../corpus.js';
import { plainBatches } from './batches.js';
import { readDrawings } from './read-drawings.js';
import { type Recognition, recognize, recognizerOf } from './recognize.js';
import { drawingSheet } from './sheet.js';

/** The options of `residual evaluate drawings`. */
export interface EvaluateDrawingsOptions extends ModelOptions {
  readonly recognizer: string;
  readonly validation: number;
  readonly seed: number;
  readonly samples: number;
  readonly words?: number;
  readonly temperature: number;
  readonly guidanceScale: number;
  readonly sheet?: string;
  readonly json?: boolean;
}

/** What was found. */
interface Report {
  /** The mean cross-entropy of a token of drawings that were held out. */
  readonly loss: number;
  readonly drawings: number;
  readonly categories: number;
  /** The drawings of the model, and those of people that were held out. */
  readonly model: Recognition;
  readonly people: Recognition;
}

/** How many words a sheet has, and how many of them stand beside each other. */
const [sheetWords, sheetColumns] = [50, 10];

/** How many drawings are drawn together. */
const together = 32;

/** Draws words, has the drawings named, and prints how many names are right. Returns the exit code. */
export async function evaluateDrawings(
  call: CommandCall<EvaluateDrawingsOptions, readonly [readonly string[]]>,
): Promise<number> {
  const { options, args } = call;
  return withModel(call, async context => {
    const report = await reportOf(args[0], options, context);
    printResult(options, report, () => tableOf(report));
    return undefined;
  });
}

async function reportOf(
  files: readonly string[],
  options: EvaluateDrawingsOptions,
  { model, signal, progress }: ModelContext,
): Promise<Report> {
  const { layer, weights } = causalOf('evaluate drawings', model);
  const grid = 'drawingGrid' in model.composition ? model.composition.drawingGrid : undefined;
  if (grid === undefined || !model.tokenizer)
    throw new ResidualError('data', `evaluate drawings: a model of the family ${model.family.name} does not draw`);
  const strokes = strokeTokenizer({ grid });
  const length = model.maxPositions - 16;
  const { validation, categories } = await readDrawings({ ...options, files, length }, strokes);
  const coders = { strokes, tokenizer: model.tokenizer };
  const batches = plainBatches(validation, coders, 32);
  const { loss } = await evaluate({ weights, loss: languageModelLoss(layer), batches, signal });
  const words = options.words === undefined ? categories : evenlySpaced(categories, options.words);
  const drawn = await drawAll(words);
  if (options.sheet !== undefined) {
    const shown = evenlySpaced(words, sheetWords);
    const entries = shown.map(word => ({ word, drawings: [drawn[words.indexOf(word) * options.samples]!] }));
    await writeFile(options.sheet, drawingSheet(entries, { grid, columns: sheetColumns }));
  }
  progress.show('naming drawings');
  const recognizer = await loadModel(options.recognizer, { signal });
  try {
    const names = await recognizerOf(recognizer, categories, signal);
    const own = { drawings: drawn, words: words.flatMap(word => Array<string>(options.samples).fill(word)) };
    const held = { drawings: validation.map(({ drawing }) => drawing), words: validation.map(({ word }) => word) };
    return {
      ...{ loss, drawings: validation.length, categories: categories.length },
      model: await recognize(names, own, { smooth: true, signal }),
      people: await recognize(names, held, { smooth: false, signal }),
    };
  } finally {
    recognizer.dispose();
    progress.end();
  }

  /** The drawings of words, as many of each as asked for. */
  async function drawAll(texts: readonly string[]): Promise<Drawing[]> {
    const { samples, temperature, guidanceScale, seed } = options;
    const all = texts.flatMap(text => Array<string>(samples).fill(text));
    const drawings: Drawing[] = [];
    for (let from = 0; from < all.length; from += together) {
      progress.show(`drawing ${from} of ${all.length}`);
      const settings = { temperature, guidanceScale, seed: (seed + from) >>> 0, signal };
      const results = await model.draw(all.slice(from, from + together), settings).result();
      drawings.push(...results.map(({ drawing }) => drawing));
    }
    progress.end();
    return drawings;
  }
}

function tableOf({ loss, drawings, categories, model, people }: Report): string {
  const row = (name: string, { count, first, inFive }: Recognition) =>
    `| ${name} | ${count} | ${categories} | ${percent(first)} | ${percent(inFive)} |`;
  return [
    '| drawings | count | words | first | in five |',
    '|---|---|---|---|---|',
    row('by the model', model),
    row('by people, held out', people),
    '',
    `loss on ${drawings} drawings that were held out: ${loss.toFixed(3)} a token`,
  ].join('\n');
}
