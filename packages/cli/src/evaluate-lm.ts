import { ResidualError } from '@residual/base';
import { causalOf } from '@residual/model';
import { evaluate, nextToken, slidingWindows, type TokenBatch } from '@residual/train';
import { type Work, withModel } from './commands/with-model.js';
import type { NodeBackend } from './machine/backends.js';
import { bar, print } from './output.js';
import { type Cut, documentsOf, readTexts } from './training/corpus.js';

/** What the evaluation of a language model is told. */
export interface EvaluateOptions {
  readonly model: string;
  readonly length?: number;
  readonly stride?: number;
  readonly documents: Cut;
  readonly batch: number;
  readonly backend: NodeBackend;
  readonly json?: boolean;
}

/** Prints how well a model predicts the texts of files; gives the exit code. */
export async function evaluateOn(files: readonly string[], options: EvaluateOptions): Promise<number> {
  const { documents: cut, json } = options;
  const documents = documentsOf(await readTexts('evaluate', files), cut);
  return withModel(options, async work => {
    const begun = performance.now();
    const { length, stride } = windowOf(work, options);
    const windows = windowsOf(work, cut === 'none' ? [documents.join('\n')] : documents, {
      length,
      stride,
      batch: options.batch,
    });
    const { loss, tokens } = await lossOver(work, windows, length);
    const seconds = (performance.now() - begun) / 1000;
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

/** How the windows lie; a model without a limit reads 1,024 tokens at once. */
function windowOf({ model }: Work, options: EvaluateOptions): { length: number; stride: number } {
  const { length = Math.min(1024, model.positions), stride = length } = options;
  if (length > model.positions && !model.openEnded)
    throw new ResidualError('range', `evaluate: --length is ${length} and this model has ${model.positions} positions`);
  if (stride > length)
    throw new ResidualError(
      'range',
      `evaluate: --stride is ${stride} and --length ${length}; tokens between would be left out`,
    );
  return { length, stride };
}

/** The windows of documents, in tokens of the model's own tokenizer. */
function windowsOf(
  { model }: Work,
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

async function lossOver({ model, signal, progress }: Work, batches: readonly TokenBatch[], positions: number) {
  const { layer, weights } = causalOf('evaluate', model);
  const onProgress = ({ batches: done, loss }: { batches: number; loss: number }) =>
    progress.show(`${bar('evaluating', done, batches.length)}  loss ${loss.toFixed(4)}`);
  const found = await evaluate({ weights, loss: nextToken(layer, { positions }), batches, signal, onProgress });
  progress.end();
  return found;
}
