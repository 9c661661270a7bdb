import { emptyScope, type Hook } from '@residual/layers';
import {
  dispose,
  expectInteger,
  expectOptions,
  expectValue,
  gather,
  type Tensor,
  tensor,
  tidy,
} from '@residual/tensor';
import { logitPositions } from '@residual/transformer';
import type { BoundLayer } from '../bound-layer.js';
import type { ModelInput } from '../model-input.js';
import { type Run, run } from '../run.js';
import { anatomyOf, logitsOfStream } from '../structure/anatomy.js';
import { type LensToken, mostLikely } from './lens-tokens.js';
import { lengthOfOne, positionIn } from './one-sequence.js';
import { streamPaths } from './streams.js';
import { type TunedLens, translate } from './tuned-lens.js';

/** Settings of `logitLens`. */
export interface LogitLensOptions {
  /** How many of the most likely tokens to read; 5 if absent. */
  readonly top?: number;
  /** The positions to read, a negative one counted from the end; all if absent. */
  readonly positions?: readonly number[];
  /** A tuned lens of this model, which translates each stream before it is read; none if absent. */
  readonly lens?: TunedLens | undefined;
  /** What changes the run, such as `ablate` and `patch`. */
  readonly hooks?: readonly Hook[];
  /** Aborts the call before the next layer. */
  readonly signal?: AbortSignal | undefined;
}

/** What a lens reads. */
export interface LensResult {
  /** First the embedded input, then the stream after each block; the last one is the model's own distribution. */
  readonly layers: readonly LensLayer[];
}

/** What a lens reads from one layer. */
export interface LensLayer {
  /** The path of the residual stream. */
  readonly path: string;
  /** The most likely next tokens, [position][rank]. */
  readonly top: readonly (readonly LensToken[])[];
}

/**
 * The logit lens: the residual stream before the first block and after each one goes straight through the final norm
 * and the head, as if no block followed (nostalgebraist 2020, Interpreting GPT). With a tuned `lens` it is translated
 * first (Belrose et al. 2023). The input is one sequence; of an encoder-decoder the decoder is read. The last layer is
 * the model's own output. Errors for a model without blocks or head, and for a position outside the sequence.
 */
export async function logitLens(
  model: BoundLayer,
  input: ModelInput,
  options: LogitLensOptions = {},
): Promise<LensResult> {
  expectOptions('logitLens', options, { top: 0, positions: 0, lens: 0, hooks: 0, signal: 0 });
  const { top = 5, positions, lens, hooks, signal } = options;
  expectInteger('logitLens', 'top', top, { min: 1 });
  expectValue(positions?.length !== 0, 'logitLens', 'positions', positions, 'a list of one or more', 'option');
  signal?.throwIfAborted();
  const anatomy = anatomyOf('logitLens', model);
  const length = lengthOfOne('logitLens', model, input);
  const rows =
    positions?.map(position => positionIn('logitLens', position, length)) ?? Array.from(Array(length).keys());
  const paths = streamPaths(anatomy);
  const read = (stream: Tensor, depth: number) =>
    tidy(() => {
      const chosen = gather(stream, indices, 1);
      return logitsOfStream(anatomy, lens ? translate('logitLens', lens, anatomy, { stream: chosen, depth }) : chosen);
    });
  const indices = tensor(rows, [rows.length], 'int32');
  let result: Run | undefined;
  try {
    const scope = emptyScope.with(logitPositions, indices);
    result = run(model, input, { names: paths.slice(0, -1), scope, ...(hooks && { hooks }) });
    const layers: LensLayer[] = [];
    for (const [depth, path] of paths.entries()) {
      signal?.throwIfAborted();
      const stream = depth < paths.length - 1 ? result.activation(path) : undefined;
      const logits = stream ? read(stream, depth) : result.output;
      layers.push({ path, top: await mostLikely('logitLens', logits, top).finally(() => logits.dispose()) });
    }
    return { layers };
  } finally {
    dispose([indices, result]);
  }
}
