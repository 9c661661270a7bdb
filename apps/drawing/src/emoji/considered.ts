import { type Alternative, alternativesOf } from '@residual/appkit';
import type { PaintStep } from '@residual/model';
import type { RemoteModel } from '@residual/model/worker';
import { type PaintSettings, paintOptionsOf } from './sampling.js';

/** How many codes are shown for a patch. */
const topCodes = 8;

/** A patch of a picture, and by what its code was chosen. */
export interface Patch {
  readonly words: string;
  readonly settings: PaintSettings;
  readonly codes: Int32Array;
  readonly index: number;
}

/**
 * The codes that the model considers for a patch behind the codes before it, likeliest first and with the one that is
 * there. The probabilities are those by which it chooses, with guidance and temperature.
 */
export async function consideredAt(
  model: Pick<RemoteModel, 'paint'>,
  { words, settings, codes, index }: Patch,
  codebookSize: number,
  signal: AbortSignal,
): Promise<Alternative[]> {
  const begun = codes.map((code, i) => (i < index ? code : -1));
  const options = { ...paintOptionsOf(settings), codes: begun, topLogprobs: codebookSize, signal };
  for await (const step of model.paint(words, options)) return choicesOf(step, codes[index]!);
  return [];
}

/** The likeliest codes of a step that considered all, and the one that is there. */
export function choicesOf({ topLogprobs }: Pick<PaintStep, 'topLogprobs'>, code: number): Alternative[] {
  const likely = [...topLogprobs].sort((a, b) => b.probability - a.probability);
  const probability = likely.find(({ token }) => token === code)?.probability ?? 0;
  return alternativesOf(code, probability, likely.slice(0, topCodes));
}
