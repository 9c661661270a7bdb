import { ResidualError } from '@residual/base';
import { causalOf } from '@residual/model';
import { evaluate, languageModelLoss, slidingWindows, type TokenBatch } from '@residual/train';
import { type CommandContext, withModel } from './commands/with-model.js';
import type { NodeBackend } from './machine/backends.js';
import { bar, print } from './output.js';
import { type DocumentSplit, documentsOf, readTexts } from './training/corpus.js';

/** Options of `residual evaluate lm`. */
export interface EvaluateOptions {
  readonly model: string;
  readonly length?: number;
  readonly stride?: number;
  readonly documents: DocumentSplit;
  readonly batch: number;
  readonly backend: NodeBackend;
  readonly json?: boolean;
}

/** Prints the loss (in nats) and the perplexity of a model on text files. Returns the exit code. */
export async function evaluateOn(files: readonly string[], options: EvaluateOptions): Promise<number> {
  const { documents: split, json } = options;
  const documents = documentsOf(await readTexts('evaluate', files), split);
  return withModel(options, async work => {
    const startTime = performance.now();
    const { length, stride } = windowOf(work, options);
    const windows = windowsOf(work, split === 'none' ? [documents.join('\n')] : documents, {
      length,
      stride,
      batch: options.batch,
    });
    const { loss, tokens } = await lossOver(work, windows, length);
    const seconds = (performance.now() - startTime) / 1000;
    const perplexity = Math.exp(loss);
    if (json) {
      print(JSON.stringify({ loss, perplexity, tokens, length, stride, seconds }));
      return 0;
    }
    print(`loss = ${loss.toFixed(4)}`);
    print(`perplexity = ${perplexity.toFixed(2)}`);
    const speed = `${Math.round(tokens / seconds).toLocaleString('en-US')} a second`;
    print(
      `${tokens.toLocaleString('en-US')} tokens in ${seconds.toFixed(1)} s, ${speed}; length ${length}, stride ${stride}`,
    );
    return 0;
  });
}

/** Length and stride of the windows; a model without a limit gets windows of 1,024 tokens. */
function windowOf({ model }: CommandContext, options: EvaluateOptions): { length: number; stride: number } {
  const { length = Math.min(1024, model.maxPositions), stride = length } = options;
  if (length > model.maxPositions && !model.openEnded)
    throw new ResidualError(
      'range',
      `evaluate: --length is ${length} and this model has ${model.maxPositions} positions`,
    );
  if (stride > length)
    throw new ResidualError(
      'range',
      `evaluate: --stride is ${stride} and --length ${length}; tokens between would be left out`,
    );
  return { length, stride };
}

/** Windows of documents, in tokens of the model's own tokenizer. */
function windowsOf(
  { model }: CommandContext,
  documents: readonly string[],
  shape: { readonly length: number; readonly stride: number; readonly batch: number },
): TokenBatch[] {
  const { tokenizer } = model;
  if (!tokenizer) throw new ResidualError('prompt', 'evaluate: this model has no tokenizer');
  const texts = documents.map(document => tokenizer.encode(document).ids);
  const windows = [...slidingWindows(texts, shape)];
  if (windows.length > 0) return windows;
  throw new ResidualError('data', 'evaluate: the texts have no two tokens; there is nothing to predict');
}

async function lossOver(
  { model, signal, progress }: CommandContext,
  batches: readonly TokenBatch[],
  maxPositions: number,
) {
  const { layer, weights } = causalOf('evaluate', model);
  const onProgress = ({ batches: done, loss }: { batches: number; loss: number }) =>
    progress.show(`${bar('evaluating', done, batches.length)}  loss ${loss.toFixed(4)}`);
  const report = await evaluate({
    weights,
    loss: languageModelLoss(layer, { maxPositions }),
    batches,
    signal,
    onProgress,
  });
  progress.end();
  return report;
}
