import type { CommandDefinition } from '../runtime/command.js';
import { addModelOptions, type ModelOptions, withModel } from '../runtime/model.js';
import { inputFiles, positiveWholeNumber } from '../runtime/option-values.js';
import { addJsonOption } from '../runtime/options.js';
import { readRecording } from '../runtime/recordings.js';
import { columns } from '../terminal/format.js';
import { labelRows } from '../terminal/labels.js';
import { print, printJson } from '../terminal/output.js';

interface Options extends ModelOptions {
  readonly top: number;
  readonly json?: boolean;
}

/** `residual classify-sound`: the labels of each recording, best first. */
export const classifySoundCommand: CommandDefinition<Options, readonly [readonly string[]]> = {
  declare: command =>
    addJsonOption(
      addModelOptions(command, 'a model that classifies sounds')
        .argument('<files...>', 'recordings: WAV files, others with the package audio-decode', inputFiles)
        .option('--top <n>', 'how many labels are shown', positiveWholeNumber, 5),
      'print one JSON object for each recording',
    ),
  run: call =>
    withModel(call, async ({ model, signal, progress }) => {
      const { top, json } = call.options;
      const [files] = call.args;
      const header = [['label', 'score', 'file']];
      for (const [i, file] of files.entries()) {
        progress.show(`${i} of ${files.length} recordings`);
        const all = await model.classifySound(await readRecording('classify-sound', file), { signal });
        const labels = all.slice(0, top);
        progress.end(); // standard output may be the same terminal
        if (json) printJson({ file, labels });
        else print(columns([...header.splice(0), ...labelRows([{ input: file, labels }])]));
      }
      return 0;
    }),
};
