import type { CommandDefinition } from '../runtime/command.js';
import { addImageFiles, imagesOf } from '../runtime/images.js';
import { addModelOptions, type ModelOptions, withModel } from '../runtime/model.js';
import { positiveWholeNumber } from '../runtime/option-values.js';
import { addJsonOption } from '../runtime/options.js';
import { columns } from '../terminal/format.js';
import { labelRows } from '../terminal/labels.js';
import { print, printJson } from '../terminal/output.js';

interface Options extends ModelOptions {
  readonly top: number;
  readonly json?: boolean;
}

/** `residual classify-image`: the labels of each picture, best first. */
export const classifyImageCommand: CommandDefinition<Options, readonly [readonly string[]]> = {
  declare: command =>
    addJsonOption(
      addModelOptions(addImageFiles(command), 'a model that classifies pictures').option(
        '--top <n>',
        'how many labels are shown',
        positiveWholeNumber,
        5,
      ),
      'print one JSON object for each picture',
    ),
  run: call =>
    withModel(call, async ({ model, signal, progress }) => {
      const { top, json } = call.options;
      const [files] = call.args;
      const header = [['label', 'score', 'file']];
      let before = 0;
      for await (const pictures of imagesOf(files, signal)) {
        const onProgress = ({ done }: { readonly done: number }) =>
          progress.show(`classified: ${before + done} of ${files.length} pictures`);
        const images = pictures.map(([, image]) => image);
        const results = await model.classifyImage(images, { signal, onProgress });
        progress.end(); // standard output may be the same terminal
        before += pictures.length;
        const best = pictures.map(([file], i) => ({ file, labels: results[i]!.slice(0, top) }));
        if (json) for (const each of best) printJson(each);
        else
          print(
            columns([...header.splice(0), ...labelRows(best.map(({ file, labels }) => ({ input: file, labels })))]),
          );
      }
      return 0;
    }),
};
