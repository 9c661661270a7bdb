import { ResidualError } from '@residual/base';
import { causalOf } from '@residual/model';
import type { CacheForm } from '@residual/tensor';
import { evaluate, languageModelLoss, slidingWindows, type TokenBatch, throughCache } from '@residual/train';
import type { ModelContext } from '../runtime/model.js';
import { bar } from '../terminal/progress.js';

/** How a text is divided into windows. */
export interface WindowOptions {
  readonly length?: number;
  readonly stride?: number;
  readonly batch: number;
  /** The form of a cache through which attention reads keys and values; without it there is no cache. */
  readonly cache?: CacheForm;
}

/** The result of an evaluation, with the windows that it used. */
export interface LanguageModelReport {
  /** The mean loss of a token, in nats. */
  readonly loss: number;
  readonly perplexity: number;
  readonly tokens: number;
  readonly length: number;
  readonly stride: number;
  readonly seconds: number;
}

/** Computes the loss and the perplexity of a model on texts. */
export async function evaluateLanguageModel(
  documents: readonly string[],
  options: WindowOptions,
  context: ModelContext,
): Promise<LanguageModelReport> {
  const startTime = performance.now();
  const { length, stride } = windowOf(context, options);
  const windows = windowsOf(context, documents, { length, stride, batch: options.batch });
  const { loss, tokens } = await lossOver(context, windows, { length, cache: options.cache });
  const seconds = (performance.now() - startTime) / 1000;
  return { loss, perplexity: Math.exp(loss), tokens, length, stride, seconds };
}

/** Length and stride of the windows; a model without a limit gets windows of 1,024 tokens. */
function windowOf({ model }: ModelContext, options: WindowOptions): { length: number; stride: number } {
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
  { model }: ModelContext,
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
  { model, signal, progress }: ModelContext,
  batches: readonly TokenBatch[],
  { length, cache }: { readonly length: number; readonly cache: CacheForm | undefined },
) {
  const { layer, weights } = causalOf('evaluate', model);
  const onProgress = ({ batches: done, loss }: { batches: number; loss: number }) =>
    progress.show(`${bar('evaluating', done, batches.length)}  loss ${loss.toFixed(4)}`);
  const objective = languageModelLoss(layer, { maxPositions: length });
  const loss = cache ? throughCache(objective, cache) : objective;
  const report = await evaluate({ weights, loss, batches, signal, onProgress });
  progress.end();
  return report;
}
