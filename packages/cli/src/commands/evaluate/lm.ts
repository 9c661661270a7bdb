import { type FormColumn, formsAsJson, formsTable, signed } from '../../evaluate/forms.js';
import type { LanguageModelReport, WindowOptions } from '../../evaluate/language-model.js';
import type { CommandDefinition } from '../../runtime/command.js';
import { addSourceOptions, addWeightListOption, type FormListOptions, withForms } from '../../runtime/model.js';
import { cacheForm, inputFiles, positiveWholeNumber } from '../../runtime/option-values.js';
import { addDocumentsOption, addJsonOption } from '../../runtime/options.js';
import { grouped } from '../../terminal/format.js';
import { printResult } from '../../terminal/output.js';
import { type DocumentSplit, documentsOf } from '../../text/documents.js';
import { readTexts } from '../../text/files.js';

interface Options extends FormListOptions, WindowOptions {
  readonly documents: DocumentSplit;
  readonly json?: boolean;
}

/** `residual evaluate lm`: the loss (in nats) and the perplexity of a language model on texts. */
export const evaluateLanguageModelCommand: CommandDefinition<Options, readonly [readonly string[]]> = {
  declare: command => {
    addWeightListOption(addSourceOptions(command))
      .argument('<text-files...>', 'UTF-8 texts', inputFiles)
      .option(
        '--length <n>',
        'tokens of a window (default: the longest sequence of the model, at most 1024)',
        positiveWholeNumber,
      )
      .option(
        '--stride <n>',
        'distance between the starts of two windows (default: the length, so that windows do not overlap)',
        positiveWholeNumber,
      )
      .option('--batch <n>', 'windows in a batch', positiveWholeNumber, 4)
      .option('--cache <form>', 'read keys and values from a cache of this form: f32, f16 or int8', cacheForm);
    addDocumentsOption(command, 'what counts as one text; none is all of it', 'files');
    return addJsonOption(command, 'print one JSON object instead of lines of text');
  },
  run: async call => {
    const { options, args } = call;
    const { documents: split } = options;
    const texts = documentsOf(await readTexts('evaluate', args[0]), split);
    const documents = split === 'none' ? [texts.join('\n')] : texts;
    const { evaluateLanguageModel } = await import('../../evaluate/language-model.js');
    return withForms(
      call,
      context => evaluateLanguageModel(documents, options, context),
      results => {
        if (options.weights) printResult(options, formsAsJson(results), () => formsTable(results, numbers));
        else printResult(options, results[0].result, () => summaryOf(results[0].result));
      },
    );
  },
};

const numbers: readonly FormColumn<LanguageModelReport>[] = [
  { heading: 'loss', text: ({ loss }) => loss.toFixed(4) },
  { heading: 'perplexity', text: ({ perplexity }) => perplexity.toFixed(3) },
  { heading: 'loss beside FIRST', text: ({ loss }, first) => `${signed(100 * (loss / first.loss - 1), 2)} %` },
];

function summaryOf({ loss, perplexity, tokens, length, stride, seconds }: LanguageModelReport): string {
  const speed = `${grouped(tokens / seconds)} a second`;
  return [
    `loss = ${loss.toFixed(4)}`,
    `perplexity = ${perplexity.toFixed(2)}`,
    `${grouped(tokens)} tokens in ${seconds.toFixed(1)} s, ${speed}; length ${length}, stride ${stride}`,
  ].join('\n');
}
