import { yieldToEventLoop } from '@residual/base';
import { type CodeUsage, codeUsage } from '@residual/train';
import type { LabelledPicture } from '../images/split.js';
import { pixelBatch } from './batches.js';
import type { ImageTokenizerModel } from './objective.js';
import { throughCodes } from './through-codes.js';

/** How well pictures are drawn from their codes. */
export interface ReconstructionTest {
  readonly pictures: number;
  /** The mean peak signal-to-noise ratio of the pictures, in dB: -10 log10 of the mean squared error, 1 being white. */
  readonly meanDecibels: number;
  /** The median. */
  readonly medianDecibels: number;
  readonly usage: CodeUsage;
}

/** How many pictures are read at once. */
const together = 64;

/** Draws pictures of `size` px from their codes and compares them with what they were. */
export async function testReconstruction(
  model: ImageTokenizerModel,
  pictures: readonly LabelledPicture[],
  size: number,
  signal: AbortSignal,
): Promise<ReconstructionTest> {
  const decibels: number[] = [];
  const codes: number[] = [];
  for (let from = 0; from < pictures.length; from += together) {
    await yieldToEventLoop(signal);
    const batch = pixelBatch(pictures.slice(from, from + together), size);
    const drawn = await throughCodes(model, batch);
    codes.push(...drawn.codes);
    const length = size * size * 3;
    for (let i = 0; i < batch.batch; i++) {
      let sum = 0;
      for (let k = i * length; k < (i + 1) * length; k++) {
        const value = Math.min(1, Math.max(-1, drawn.pixels[k]!));
        sum += ((value - batch.pixels[k]!) / 2) ** 2;
      }
      decibels.push(-10 * Math.log10(Math.max(sum / length, 1e-10)));
    }
  }
  const sorted = decibels.toSorted((a, b) => a - b);
  return {
    pictures: pictures.length,
    meanDecibels: decibels.reduce((sum, value) => sum + value, 0) / Math.max(1, decibels.length),
    medianDecibels: sorted[Math.floor(sorted.length / 2)] ?? 0,
    usage: codeUsage(codes, model.layer.codes),
  };
}
