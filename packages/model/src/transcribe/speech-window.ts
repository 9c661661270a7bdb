import { emptyScope } from '@residual/layers';
import { clone, concat, keep, type Tensor, tensor, tidy, zeros } from '@residual/tensor';
import { EncodedSources } from '../generate/encoded-sources.js';
import type { LoadedModel } from '../loaded-model.js';
import { speechModelOf } from '../model-kind.js';

/** What the encoder reads of a recording: numbers [frames, width]. */
export interface SpeechInput {
  readonly shape: readonly [frames: number, width: number];
  readonly data: Float32Array;
}

/**
 * A part of a recording that is encoded once, when it is first needed, and read by every attempt to decode it. After
 * a lost context it is encoded again. `dispose` frees the memory.
 */
export class SpeechWindow {
  private readonly model: LoadedModel;
  private readonly input: SpeechInput;
  private memory: Tensor | undefined;
  /** The weights by which it was encoded. */
  private weights: unknown;

  constructor(model: LoadedModel, input: SpeechInput) {
    this.model = model;
    this.input = input;
  }

  /** The encoder output, [1, positions, modelDim], which the window keeps. */
  encoded(): Tensor {
    const { layer, weights } = speechModelOf('transcribe', this.model);
    if (this.memory && this.weights === weights) return this.memory;
    this.dispose();
    this.weights = weights;
    this.memory = tidy(() => {
      const x = tensor(this.input.data, [1, ...this.input.shape]);
      return keep(layer.encode(weights, x, emptyScope));
    });
    return this.memory;
  }

  dispose(): void {
    this.memory?.dispose();
    this.memory = undefined;
  }
}

/**
 * The memories of windows together, padded on the right to the longest, which the caller disposes. Lets other work run
 * between two of them.
 */
export async function encodeWindows(
  windows: readonly SpeechWindow[],
  yieldTurn: () => Promise<void>,
): Promise<EncodedSources> {
  const memories: Tensor[] = [];
  for (const [i, window] of windows.entries()) {
    if (i > 0) await yieldTurn();
    memories.push(window.encoded());
  }
  const lengths = memories.map(({ shape }) => shape[1]!);
  const longest = Math.max(...lengths);
  const memory = tidy(() => {
    const padded = memories.map(each => paddedTo(each, longest));
    return keep(padded.length === 1 ? clone(padded[0]!) : concat(padded, 0));
  });
  return new EncodedSources(lengths, longest, memory);
}

/** A memory [1, positions, modelDim] continued with zeros. */
function paddedTo(memory: Tensor, positions: number): Tensor {
  const [, length, dim] = memory.shape as [number, number, number];
  return length === positions ? memory : concat([memory, zeros([1, positions - length, dim])], 1);
}
