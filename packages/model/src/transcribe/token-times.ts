import { emptyScope, record } from '@residual/layers';
import { crossEntropy, reshape, sliceAxis, type Tensor, tensor, tidy } from '@residual/tensor';
import { logitPositions } from '@residual/transformer';
import type { LoadedModel } from '../loaded-model.js';
import { speechModelOf } from '../model-kind.js';
import type { WindowJob } from './decode-windows.js';
import type { TranscribeSettings } from './options.js';
import { alignmentMatrix, startsOfTokens } from './time-warping.js';

/** When each token of a window is said, and how likely it is. */
export interface TokenTimes {
  /** The position of the memory at which each token ends, which is where the next one begins. */
  readonly positions: readonly number[];
  /** The log-probability of each token under the model. */
  readonly logprobs: readonly number[];
  /** Where the model looked when it wrote each token, the mean over the heads: [tokens, width]. */
  readonly attention: Float32Array;
  /** The positions of the memory that hold sound. */
  readonly width: number;
}

/** The tokens of a window, and how much of it is sound. */
export interface TimedTokens {
  /** The new tokens, with the end token if there is one. */
  readonly tokens: readonly number[];
  /** Their log-probabilities, where they are known. */
  readonly logprobs: readonly number[] | undefined;
  /** How many positions of the memory hold sound. */
  readonly positions: number;
}

/**
 * When each token is said: one pass over the whole text of a window, which reads the cross-attention of the heads that
 * follow the sound. The attention of the step that reads a token belongs to the token after it, so the start of its
 * position is the time at which it ends. The last token, which no step reads, ends with the one before.
 */
export async function tokenTimes(
  model: LoadedModel,
  { window, prompt }: WindowJob,
  { tokens, logprobs, positions }: TimedTokens,
  { tokens: { alignmentHeads = [] }, medianFilterWidth }: Pick<TranscribeSettings, 'tokens' | 'medianFilterWidth'>,
): Promise<TokenTimes> {
  const rows = tokens.length - 1; // the tokens that a step reads
  if (rows < 1 || positions < 1) {
    const zeros = tokens.map(() => 0);
    return { positions: zeros, logprobs: logprobs ?? zeros, attention: new Float32Array(0), width: 0 };
  }
  const { layer, weights } = speechModelOf('transcribe', model);
  const paths = [...new Set(alignmentHeads.map(([block]) => `decoder.layers.${block}.crossAttention.weights`))];
  const recorder = record(paths, emptyScope, 'transcribe: alignment_heads');
  try {
    const ids = [...prompt, ...tokens.slice(0, -1)];
    const losses = tidy(() => {
      const inputs = { ids: tensor(ids, [1, ids.length], 'int32'), memory: window.encoded() };
      const last = tensor([ids.length - 1], [1], 'int32');
      if (logprobs) void layer.decode(weights, inputs, recorder.scope.with(logitPositions, last));
      else return lossesOf(layer.decode(weights, inputs, recorder.scope), prompt.length, tokens);
      return undefined;
    });
    const known = logprobs ?? Array.from((await losses!.data()) as Float32Array, loss => -loss);
    losses?.dispose();
    const heads: Float32Array[] = [];
    let attention = new Float32Array(0);
    for (const [block, head] of alignmentHeads) {
      const weightsOfBlock = recorder.values.get(`decoder.layers.${block}.crossAttention.weights`)!;
      const [, , queryLen, keyLen] = weightsOfBlock.shape as [number, number, number, number];
      const data = (await weightsOfBlock.data()) as Float32Array;
      const width = Math.min(positions, keyLen);
      const part = new Float32Array(rows * width);
      if (attention.length === 0) attention = new Float32Array(tokens.length * width);
      for (let token = 0; token < tokens.length; token++) {
        const from = (head * queryLen + prompt.length - 1 + token) * keyLen; // of the step that writes the token
        const row = data.subarray(from, from + width);
        if (token > 0) part.set(row, (token - 1) * width);
        for (let i = 0; i < width; i++) attention[token * width + i]! += row[i]! / alignmentHeads.length;
      }
      heads.push(part);
    }
    const width = heads[0]!.length / rows;
    const matrix = alignmentMatrix({ heads, tokens: rows, positions: width }, medianFilterWidth);
    const starts = startsOfTokens(matrix, rows, width);
    return { positions: [...starts, starts.at(-1)!], logprobs: known, attention, width };
  } finally {
    recorder.dispose();
  }
}

/** The negative log-probability of each new token, from the logits [1, length, vocab] of all but the last one. */
function lossesOf(logits: Tensor, promptLength: number, tokens: readonly number[]): Tensor {
  const vocab = logits.shape[2]!;
  const rows = reshape(sliceAxis(logits, 1, promptLength - 1, tokens.length), [tokens.length, vocab]);
  return crossEntropy(rows, tensor([...tokens], [tokens.length], 'int32'));
}
