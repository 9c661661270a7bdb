import { expectInteger, gradients, type Tensor, tensor, tidy, zeros } from '@residual/tensor';
import type { Anatomy } from '../structure/anatomy.js';

/** A logit, or the difference of two, as an affine function of the input of the head. */
export interface LogitDirection {
  /** [modelDim]. */
  readonly direction: Float64Array;
  /** What the head adds by itself. */
  readonly bias: number;
}

/** The tokens whose logit, or difference of logits, is explained. */
export interface LogitTokens {
  readonly target: number;
  readonly against?: number | undefined;
}

/** Throws unless the tokens are in the vocabulary. */
export function expectTokens(caller: string, { target, against }: LogitTokens, vocab: number): void {
  expectInteger(caller, 'target', target, { max: vocab - 1 });
  if (against !== undefined) expectInteger(caller, 'against', against, { max: vocab - 1 });
}

/** A row [1, vocab] with 1 at the target and -1 at the other token: its product with logits is what is explained. */
export function tokensRow({ target, against }: LogitTokens, vocab: number): Tensor {
  const row = new Float32Array(vocab);
  row[target]! += 1;
  if (against !== undefined) row[against]! -= 1;
  return tensor(row, [1, vocab]);
}

/**
 * The direction of the head for some tokens: of the unembedding, tied or not, with its scale and its adapters. It is
 * the gradient of the logit, which is the same everywhere, since a head is affine.
 */
export async function logitDirection(
  { unembed, modelDim, vocab }: Anatomy,
  tokens: LogitTokens,
): Promise<LogitDirection> {
  const { logits, direction } = tidy(() => {
    const origin = zeros([1, modelDim]);
    const { value, gradients: gradient } = gradients(() => unembed(origin), origin, tokensRow(tokens, vocab));
    return { logits: value, direction: gradient ?? zeros([1, modelDim]) };
  });
  try {
    const [row, values] = await Promise.all([logits.data(), direction.data()]);
    return { direction: Float64Array.from(values), bias: logitOf(row, tokens) };
  } finally {
    logits.dispose();
    direction.dispose();
  }
}

/** The logit of the target, minus that of the other token, in a row [vocab]. */
export function logitOf(row: ArrayLike<number>, { target, against }: LogitTokens): number {
  return row[target]! - (against === undefined ? 0 : row[against]!);
}
