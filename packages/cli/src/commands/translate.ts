import type { Translation } from '@residual/model';
import type { CommandDefinition } from '../runtime/command.js';
import { addModelOptions, type ModelContext, type ModelOptions, withModel } from '../runtime/model.js';
import { inputFile } from '../runtime/option-values.js';
import { addJsonOption } from '../runtime/options.js';
import {
  addTranslationOptions,
  defaultBatch,
  type TranslationOptions,
  translateLines,
  translateOptions,
} from '../runtime/translation.js';
import { printJson, printNote, printText } from '../terminal/output.js';
import { chunksFrom } from '../text/chunks.js';
import { lineGroups } from '../text/lines.js';

interface Options extends ModelOptions, TranslationOptions {
  readonly file?: string;
  readonly json?: boolean;
}

/** Batches that are read ahead, so that a batch can hold lines of similar length. */
const batchesAhead = 16;

/** `residual translate`: translates line by line and keeps the order. */
export const translateCommand: CommandDefinition<Options, readonly [string | undefined]> = {
  declare: command => {
    addTranslationOptions(addModelOptions(command, 'an encoder-decoder'))
      .argument('[text]', 'what to translate (default: standard input)')
      .option('--file <file>', 'a file of lines to translate', inputFile);
    return addJsonOption(command, 'print one JSON object for each line');
  },
  run: async call => {
    const { command, args, options } = call;
    const [text] = args;
    if (text !== undefined && options.file !== undefined)
      command.error("error: option '--file <file>' cannot be used with a text");
    return withModel(call, context => translate(text, options, context));
  },
};

async function translate(text: string | undefined, options: Options, { model, signal, progress }: ModelContext) {
  const isInteractive = text === undefined && options.file === undefined && process.stdin.isTTY;
  if (isInteractive) printNote('Type a line to translate it; Ctrl-D ends.');
  const { batch = isInteractive ? 1 : defaultBatch } = options;
  const settings = translateOptions(options, { batch, signal });
  const startTime = performance.now();
  let done = 0;
  const chunks = chunksFrom('translate', { text, file: options.file, signal });
  for await (const lines of lineGroups(chunks, batch === 1 ? 1 : batch * batchesAhead)) {
    await translateLines(model, lines, settings, translation => {
      done++;
      progress.end(); // standard output may be the same terminal
      if (options.json) printJson(resultOf(translation));
      else printText(`${translation.translation}\n`);
      progress.show(`${done} lines, ${((done * 1000) / (performance.now() - startTime)).toFixed(1)} per second`);
    });
  }
  return 0;
}

function resultOf({ source, translation, tokens, score }: Translation) {
  return { source, translation, token_ids: tokens, score };
}
