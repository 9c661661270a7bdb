import type { Translation } from '@residual/model';
import { Argument, Command, Option } from 'commander';
import { chunksFrom, lineGroups } from '../lines.js';
import { rerunForWebGPU } from '../machine/backends.js';
import { print, printNote, printText } from '../output.js';
import { argsOf } from './generate.js';
import { type TranslateFlags, translateLines, translateOptions, withTranslateFlags } from './translate-flags.js';
import { type CommandContext, withModel } from './with-model.js';

interface Options extends TranslateFlags {
  readonly file?: string;
  readonly json?: boolean;
}

/** Batches that are read ahead, so that a batch can hold lines of similar length. */
const batchesAhead = 16;

/** `residual translate`: translates line by line and keeps the order. */
export function translateCommand(exit: (code: number) => void): Command {
  const command = new Command('translate');
  return withTranslateFlags(command)
    .addArgument(new Argument('[text]', 'what to translate; standard input if absent'))
    .addOption(new Option('--file <path>', 'a file of lines to translate'))
    .option('--json', 'print one object for each line')
    .action(async (text: string | undefined, options: Options, command: Command) => {
      if (text !== undefined && options.file !== undefined)
        command.error("error: option '--file <path>' cannot be used with a text");
      const again = options.backend === 'webgpu' ? await rerunForWebGPU(argsOf(command)) : undefined;
      exit(again ?? (await withModel(options, work => translate(text, options, work))));
    });
}

async function translate(text: string | undefined, options: Options, work: CommandContext): Promise<number> {
  const { model, signal, progress } = work;
  const isInteractive = text === undefined && options.file === undefined && process.stdin.isTTY;
  if (isInteractive) printNote('Type a line to translate it; Ctrl-D ends.');
  const { batch = isInteractive ? 1 : 32 } = options;
  const settings = translateOptions(options, { batch, signal });
  const startTime = performance.now();
  let done = 0;
  const chunks = chunksFrom('translate', { text, file: options.file, signal });
  for await (const lines of lineGroups(chunks, batch === 1 ? 1 : batch * batchesAhead)) {
    await translateLines(model, lines, settings, translation => {
      done++;
      progress.end(); // standard output may be the same terminal
      if (options.json) print(JSON.stringify(resultOf(translation)));
      else printText(`${translation.translation}\n`);
      progress.show(`${done} lines, ${((done * 1000) / (performance.now() - startTime)).toFixed(1)} per second`);
    });
  }
  return 0;
}

function resultOf({ source, translation, tokens, score }: Translation) {
  return { source, translation, token_ids: tokens, score };
}
