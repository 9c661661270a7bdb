import { writeFile } from 'node:fs/promises';
import { ResidualError } from '@residual/base';
import type { DrawnResult, DrawOptions } from '@residual/model';
import type { Box, Drawing } from '@residual/vision';
import type { CommandDefinition } from '../runtime/command.js';
import { addModelOptions, type ModelContext, type ModelOptions, withModel } from '../runtime/model.js';
import {
  nonNegativeNumber,
  outputFile,
  positiveNumber,
  seed,
  temperature,
  wholeNumber,
} from '../runtime/option-values.js';
import { addJsonOption } from '../runtime/options.js';
import { printJson, printNote, printText } from '../terminal/output.js';
import { entriesIn } from '../training/drawings/read-drawings.js';

interface Options extends ModelOptions {
  readonly out?: string;
  readonly strokes?: string;
  readonly temperature?: number;
  readonly penTemperature?: number;
  readonly guidanceScale?: number;
  readonly seed?: number;
  readonly maxNewTokens?: number;
  readonly json?: boolean;
}

/** `residual draw`: draws what words say as an SVG file, or goes on with strokes. */
export const drawCommand: CommandDefinition<Options, readonly [readonly string[]]> = {
  declare: command => {
    addModelOptions(command, 'a model that draws')
      .argument('[words...]', 'what to draw; none draws anything')
      .option('--out <file>', 'the SVG file to write (default: standard output)', outputFile)
      .option(
        '--strokes <file>',
        'strokes that are there: the first drawing of an .ndjson of Quick, Draw!, in a square of 0 to 255',
      )
      .option('--temperature <t>', 'of the choice among points; 0 takes the likeliest', temperature)
      .option('--pen-temperature <t>', 'of the choice whether the pen goes on, is lifted or ends', positiveNumber)
      .option('--guidance-scale <x>', 'how much the words are exaggerated', nonNegativeNumber)
      .option('--seed <n>', 'the seed of what is drawn (default: a new one each time)', seed)
      .option('--max-new-tokens <n>', 'the most tokens that are added', wholeNumber);
    return addJsonOption(command, 'print one JSON object instead of the file');
  },
  run: async call => withModel(call, context => draw(call.args[0].join(' '), call.options, context)),
};

async function draw(words: string, options: Options, { model, signal, progress }: ModelContext): Promise<number> {
  const { drawingToSvg } = await import('@residual/vision');
  const there = options.strokes === undefined ? undefined : await strokesIn(options.strokes);
  const result = await model.draw(words, { ...drawOptionsOf(options), ...there, signal }).result();
  progress.end();
  const { drawingGrid: grid = 32 } = model.composition as { readonly drawingGrid?: number };
  const box = there?.box ?? { left: 0, top: 0, width: grid - 1, height: grid - 1 };
  const svg = drawingToSvg(result.drawing, { size: 512, box });
  if (options.out !== undefined) await writeFile(options.out, svg);
  if (options.json) printJson(resultOf(result));
  else if (options.out === undefined) printText(svg);
  const { seed: drawn, unknownWords } = result;
  if (unknownWords.length > 0) printNote(`The model does not know ${unknownWords.join(', ')}.`);
  if (drawn !== undefined && options.seed === undefined && !options.json)
    printNote(`--seed ${drawn} gives this drawing again`);
  return 0;
}

function drawOptionsOf({ temperature, penTemperature, guidanceScale, seed, maxNewTokens }: Options): DrawOptions {
  const given = Object.entries({ temperature, penTemperature, guidanceScale, seed, maxNewTokens });
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

/** The side of the square in which Quick, Draw! keeps its drawings. */
const side = 255;

/** The first drawing of a file, and the box in which it lies. Errors if there is none, or if it leaves the box. */
async function strokesIn(path: string): Promise<{ readonly begun: Drawing; readonly box: Box }> {
  const [entry] = await entriesIn(path);
  if (!entry) throw new ResidualError('data', `draw: ${path} has no drawing`);
  const box = { left: 0, top: 0, width: side, height: side };
  const outside = entry.drawing.flat().find(point => point.some(value => value < 0 || value > side));
  if (!outside) return { begun: entry.drawing, box };
  throw new ResidualError(
    'data',
    `draw: ${path} has the point ${JSON.stringify(outside)}; coordinates are 0 to ${side}`,
  );
}

function resultOf({ drawing, added, tokens, newTokens, finishReason, logprob, seed, unknownWords }: DrawnResult) {
  const rounded = drawing.map(stroke => stroke.map(point => point.map(value => Math.round(1000 * value) / 1000)));
  return {
    ...{ drawing: rounded, added_strokes: added.length, tokens: tokens.length, new_tokens: newTokens.length },
    ...{ finish_reason: finishReason, logprob, ...(seed !== undefined && { seed }), unknown_words: unknownWords },
  };
}
