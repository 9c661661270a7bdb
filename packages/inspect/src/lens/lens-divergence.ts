import { yieldToEventLoop } from '@residual/base';
import { concat, expectOptions, ResidualError, reshape, type Tensor } from '@residual/tensor';
import type { BoundLayer } from '../bound-layer.js';
import { anatomyOf } from '../structure/anatomy.js';
import { divergence, type LensBatch, tokensOf, withStreams } from './divergence.js';
import { streamPaths } from './streams.js';
import { type TunedLens, translate } from './tuned-lens.js';

/** Settings of `lensDivergence`. */
export interface LensDivergenceOptions {
  /** The texts for one pass. */
  readonly batches: Iterable<LensBatch> | AsyncIterable<LensBatch>;
  /** A tuned lens of this model; the logit lens if absent. */
  readonly lens?: TunedLens | undefined;
  /** Called after each batch with the number of tokens so far. */
  readonly onProgress?: (tokens: number) => void;
  /** Aborts the call before the next batch. */
  readonly signal?: AbortSignal | undefined;
}

/** How far a lens is from the model, layer by layer. */
export interface LensDivergence {
  /** The stream before each block, and the mean divergence of what the lens reads there, in nats. */
  readonly layers: readonly { readonly path: string; readonly divergence: number }[];
  /** The number of tokens that count. */
  readonly tokens: number;
}

/**
 * The mean Kullback-Leibler divergence of each layer's reading from the model's own distribution, over the tokens of
 * some texts: how much a lens sees before the last block (Belrose et al. 2023). Errors if no token counts.
 */
export async function lensDivergence(model: BoundLayer, options: LensDivergenceOptions): Promise<LensDivergence> {
  expectOptions('lensDivergence', options, { batches: 1, lens: 0, onProgress: 0, signal: 0 });
  const { batches, lens, onProgress, signal } = options;
  const paths = streamPaths(anatomyOf('lensDivergence', model)).slice(0, -1);
  const sums = new Float64Array(paths.length);
  let tokens = 0;
  for await (const batch of batches) {
    await yieldToEventLoop(signal);
    const means = withStreams('lensDivergence', model, batch, run => {
      const read = (_: unknown, stream: Tensor, depth: number) =>
        lens ? translate('lensDivergence', lens, run.anatomy, { stream, depth }) : stream;
      const values = run.streams.map((stream, depth) => divergence(run, stream, (w, x) => read(w, x, depth), {}));
      return concat(
        values.map(value => reshape(value, [1])),
        0,
      );
    });
    const count = tokensOf(model, batch);
    const values = await means.data().finally(() => means.dispose());
    for (const [depth, value] of values.entries()) sums[depth]! += value * count;
    tokens += count;
    onProgress?.(tokens);
  }
  if (tokens === 0) throw new ResidualError('data', 'lensDivergence: the texts have no token that counts');
  return { layers: paths.map((path, depth) => ({ path, divergence: sums[depth]! / tokens })), tokens };
}
