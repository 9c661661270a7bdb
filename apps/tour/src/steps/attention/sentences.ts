import { fixed, grouped } from '@residual/appkit';
import type { Addition } from './calls.js';

/** Says where a token looks, with numbers; `weights` has one for each text. */
export function attentionSentence(asking: string, texts: readonly string[], weights: Float32Array): string {
  const shares = texts.map((text, i) => ({ text, share: weights[i]! }));
  const [first, second] = shares.toSorted((one, other) => other.share - one.share);
  const said = ({ text, share }: { text: string; share: number }) => `${(100 * share).toFixed(1)}% to “${text}”`;
  const rest = second && second.share >= 0.05 ? ` and ${said(second)}` : '';
  return `“${asking}” gives ${said(first!)}${rest}.`;
}

/** Says what the mask does to the grid of all queries and keys, or what is there without it. */
export const maskSentence = (leak: boolean): string =>
  leak
    ? 'Each row is the query of one token. The mask is off: every token also sees the later ones, which are what the ' +
      'model has to guess.'
    : 'Each row is the query of one token. The empty cells are the mask: a token may not look at later ones, because ' +
      'these are what the model has to guess. Their scores become −∞, and the softmax gives them nothing.';

/** The dot product of two vectors. */
export const dot = (one: Float32Array, other: Float32Array): number =>
  one.reduce((sum, value, i) => sum + value * other[i]!, 0);

/** The length of a vector. */
export const lengthOf = (vector: Float32Array): number => Math.sqrt(dot(vector, vector));

/** The cosine of the angle between two vectors. */
export const cosineOf = (one: Float32Array, other: Float32Array): number =>
  dot(one, other) / (lengthOf(one) * lengthOf(other));

/** The angle between two vectors, `27.2°`. */
export const angleText = (one: Float32Array, other: Float32Array): string =>
  `${fixed((Math.acos(Math.max(-1, Math.min(1, cosineOf(one, other)))) * 180) / Math.PI, 1)}°`;

/** How far the vector turns, and what value-down and value-up cost beside one square matrix. */
export function weightsSentence(headDim: number, { before, after }: Addition): string {
  const modelDim = before.length;
  const [pair, square] = [2 * modelDim * headDim, modelDim ** 2];
  return (
    `The vector turns by ${angleText(before, after)}. A value has only ${headDim} numbers: one matrix, value-down, ` +
    `shrinks ${modelDim} numbers to ${headDim}, and another, value-up, brings them back to ${modelDim}. The two have ` +
    `${grouped(pair)} weights; a single matrix from ${modelDim} to ${modelDim} would have ${grouped(square)}.`
  );
}
