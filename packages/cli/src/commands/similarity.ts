import { ResidualError } from '@residual/base';
import type { CommandDefinition } from '../runtime/command.js';
import { addImageFiles, imagesOf } from '../runtime/images.js';
import { addModelOptions, type ModelOptions, withModel } from '../runtime/model.js';
import { inputFile, positiveWholeNumber } from '../runtime/option-values.js';
import { addJsonOption } from '../runtime/options.js';
import { maxTokensOption } from '../runtime/text-lines.js';
import { columns, fixed } from '../terminal/format.js';
import { print, printJson } from '../terminal/output.js';
import { chunksFrom } from '../text/chunks.js';
import { linesOf, withoutEnd } from '../text/lines.js';

interface Options extends ModelOptions {
  readonly texts?: string;
  readonly top?: number;
  readonly maxTokens?: number;
  readonly json?: boolean;
}

/** `residual similarity`: how well each line of a text fits each picture, best first. */
export const similarityCommand: CommandDefinition<Options, readonly [readonly string[]]> = {
  declare: command =>
    addJsonOption(
      addModelOptions(addImageFiles(command), 'a model that compares pictures and texts, such as CLIP')
        .option('--texts <file>', 'a UTF-8 file with a text on each line (default: standard input)', inputFile)
        .option('--top <n>', 'how many texts are shown (default: all)', positiveWholeNumber)
        .addOption(maxTokensOption()),
      'print one JSON object for each picture',
    ),
  run: call =>
    withModel(call, async ({ model, signal, progress }) => {
      const { texts: path, top, maxTokens, json } = call.options;
      const [files] = call.args;
      const texts: string[] = [];
      for await (const line of linesOf(chunksFrom('similarity', { file: path, signal }))) texts.push(withoutEnd(line));
      if (texts.length === 0)
        throw new ResidualError(
          'files',
          `similarity: ${path ?? 'standard input'} has no lines to compare with pictures`,
        );
      const header = [['score', 'logit', 'text', 'file']];
      let before = 0;
      for await (const pictures of imagesOf(files, signal)) {
        const onProgress = ({ done }: { readonly done: number }) =>
          progress.show(`compared: ${before + done} of ${files.length} pictures`);
        const images = pictures.map(([, image]) => image);
        const settings = { signal, onProgress, ...(maxTokens !== undefined && { maxTokens }) };
        const results = await model.similarity(images, texts, settings);
        progress.end(); // standard output may be the same terminal
        before += pictures.length;
        const best = pictures.map(([file], i) => {
          return { file, texts: results[i]!.toSorted((a, b) => b.logit - a.logit).slice(0, top) };
        });
        if (json) for (const each of best) printJson(each);
        else
          print(
            columns([
              ...header.splice(0),
              ...best.flatMap(({ file, texts: scores }) =>
                scores.map(({ score, logit, text }, i) => [
                  fixed(score, 4),
                  fixed(logit, 2),
                  text,
                  i === 0 ? file : '',
                ]),
              ),
            ]),
          );
      }
      return 0;
    }),
};
