import { emptyScope } from '@residual/layers';
import { expectInteger, expectOptions, ResidualError, tensor, tidy } from '@residual/tensor';
import { logitPositions } from '@residual/transformer';
import { expectSignal } from '../arguments.js';
import type { LoadedModel } from '../loaded-model.js';
import { textModelOf } from '../model-kind.js';
import { softmax } from './label-scores.js';
import { maskTokenIdOf } from './mask-token.js';
import { encodeTexts, expectReadable, expectText, runTexts } from './text-pass.js';

/** The options of `fillMask`. */
export interface FillMaskOptions {
  /** How many of the most likely tokens are returned for each mask; default 5. */
  readonly top?: number;
  /** Ends the call before it starts. */
  readonly signal?: AbortSignal;
}

/** A token in the place of a mask. */
export interface MaskFill {
  readonly token: number;
  /** The text of the token. */
  readonly text: string;
  /** Its probability. */
  readonly score: number;
  /** The whole text with the token in the place of this mask. */
  readonly sequence: string;
}

/**
 * The most likely tokens for each mask of a text, most likely first. Throws for a text without a mask, and for a model
 * that is not a masked language model.
 */
export async function fillMasks(
  model: LoadedModel,
  text: string,
  options: FillMaskOptions,
): Promise<readonly (readonly MaskFill[])[]> {
  model.check();
  const bound = textModelOf('fillMask', model, ['masked-lm']);
  expectOptions('fillMask', options, { top: 0, signal: 0 });
  const { top = 5, signal } = options;
  expectInteger('fillMask', 'top', top, { min: 1, max: bound.layer.vocab });
  expectSignal('fillMask', signal);
  expectText('fillMask', 'the text', text);
  const mask = maskTokenIdOf('fillMask', model);
  const [encoding] = encodeTexts('fillMask', model, [text]);
  const { ids } = encoding!;
  expectReadable('fillMask', model, bound, [encoding!]);
  const masks = ids.flatMap((id, i) => (id === mask ? [i] : []));
  const { tokenizer } = model;
  if (masks.length === 0)
    throw new ResidualError('prompt', `fillMask: the text has no ${tokenizer!.idToToken(mask)} to fill`);
  await model.yieldTurn(signal);
  const logits = tidy(() =>
    runTexts(model, bound, [encoding!], emptyScope.with(logitPositions, tensor(masks, [masks.length], 'int32'))),
  );
  try {
    const data = (await logits.data()) as Float32Array;
    const vocab = data.length / masks.length;
    return masks.map((index, k) => {
      const scores = softmax(data.subarray(k * vocab, (k + 1) * vocab));
      return topIndices(scores, top).map(token => {
        const filled = ids.with(index, token);
        // Where several masks are left, decoding keeps special tokens, so that the others stay visible.
        const sequence = tokenizer!.decode(filled, { skipSpecialTokens: masks.length === 1 });
        const text = tokenizer!.decode([token], { skipSpecialTokens: false });
        return { token, text, score: scores[token]!, sequence };
      });
    });
  } finally {
    logits.dispose();
  }
}

/** The indices of the `count` largest scores, largest first. */
function topIndices(scores: Float32Array, count: number): number[] {
  return [...scores.keys()].sort((a, b) => scores[b]! - scores[a]! || a - b).slice(0, count);
}
