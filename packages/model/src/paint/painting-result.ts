import type { ByteImage } from '@residual/vision';
import type { Step } from '../generate/sampling-policy.js';
import type { ImageCodes } from '../images/image-codes.js';

/** One code of a picture, with the evidence of `generate`. */
export interface PaintStep extends Omit<Step, 'text' | 'index'> {
  /** Where the code lies: row · columns + column. */
  readonly index: number;
  readonly row: number;
  readonly column: number;
  /** Whether the code was there already. */
  readonly isGiven: boolean;
  /** All codes so far; -1 is one that is not there yet. */
  readonly codes: Int32Array;
  /** The picture so far, if `previewEvery` asks for it. */
  readonly image?: ByteImage;
}

/** A picture of a model. */
export interface PaintedResult extends ImageCodes {
  /** RGB in bytes. */
  readonly image: ByteImage;
  /** The words that the model does not know and left out, and those beyond the most that it reads. */
  readonly unknownWords: readonly string[];
  /** Sum of the natural logs of the new codes' probabilities under the model. */
  readonly logprob: number;
  /** The seed of the run; absent if nothing was sampled. */
  readonly seed?: number;
}
