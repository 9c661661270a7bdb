import type { FrameScale } from '@residual/families';
import { type Batches, shuffledOrder } from '@residual/train';
import { bins, melBins, pitchBin, type SpeechFrames, standardized } from './features.js';

/** A sentence as the model learns it: its tokens and its standardized frames. */
export interface SpeechItem {
  readonly ids: readonly number[];
  /** How many frames each token lasts. */
  readonly counts: Int32Array;
  /** [frames, bins]. */
  readonly frames: Float32Array;
  /** The mean pitch and loudness of the frames of each token; 0 for one that lasts none. */
  readonly pitch: Float32Array;
  readonly energy: Float32Array;
}

/** Sentences of similar lengths, padded at their ends. */
export interface SpeechBatch {
  readonly size: number;
  /** How many tokens and frames the longest has, and how many each has. */
  readonly length: number;
  readonly frameLength: number;
  readonly lengths: Int32Array;
  readonly frameLengths: Int32Array;
  /** [size, length]. */
  readonly ids: Int32Array;
  readonly counts: Float32Array;
  readonly pitch: Float32Array;
  readonly energy: Float32Array;
  /** The row, of size · length, of the token of each frame: [size · frameLength]. */
  readonly tokens: Int32Array;
  /** [size, frameLength, bins]. */
  readonly frames: Float32Array;
}

/** A sentence as the model learns it. */
export function speechItem(ids: readonly number[], { values, counts }: SpeechFrames, scale: FrameScale): SpeechItem {
  const frames = standardized(values, scale);
  const [pitch, energy] = [new Float32Array(ids.length), new Float32Array(ids.length)];
  let at = 0;
  for (const [token, count] of counts.entries())
    for (let i = 0; i < count; i++, at++) {
      pitch[token]! += frames[at * bins + pitchBin]! / count;
      const mels = frames.subarray(at * bins, at * bins + melBins);
      energy[token]! += mels.reduce((sum, mel) => sum + mel, 0) / melBins / count;
    }
  return { ids, counts, frames, pitch, energy };
}

/** Groups of items of similar lengths that have at most so many frames together, with their padding. */
export function groupsOf(items: readonly SpeechItem[], mostFrames: number): SpeechItem[][] {
  const framesOf = ({ frames }: SpeechItem) => frames.length / bins;
  const groups: SpeechItem[][] = [];
  for (const item of [...items].sort((a, b) => framesOf(a) - framesOf(b) || a.ids.length - b.ids.length)) {
    const group = groups.at(-1);
    if (group && (group.length + 1) * framesOf(item) <= mostFrames) group.push(item);
    else groups.push([item]);
  }
  return groups;
}

/** The items of a group, padded to the longest. */
export function speechBatch(items: readonly SpeechItem[]): SpeechBatch {
  const size = items.length;
  const lengths = Int32Array.from(items, ({ ids }) => ids.length);
  const frameLengths = Int32Array.from(items, ({ frames }) => frames.length / bins);
  const [length, frameLength] = [Math.max(...lengths), Math.max(...frameLengths)];
  const padded = () => new Float32Array(size * length);
  const [ids, tokens] = [new Int32Array(size * length), new Int32Array(size * frameLength)];
  const [counts, pitch, energy] = [padded(), padded(), padded()];
  const frames = new Float32Array(size * frameLength * bins);
  for (const [row, item] of items.entries()) {
    ids.set(item.ids, row * length);
    counts.set(item.counts, row * length);
    pitch.set(item.pitch, row * length);
    energy.set(item.energy, row * length);
    frames.set(item.frames, row * frameLength * bins);
    tokens.fill(row * length + item.ids.length - 1, row * frameLength, (row + 1) * frameLength);
    let at = row * frameLength;
    for (const [token, count] of item.counts.entries()) {
      tokens.fill(row * length + token, at, at + count);
      at += count;
    }
  }
  return { size, length, frameLength, lengths, frameLengths, ids, counts, pitch, energy, tokens, frames };
}

/** Endless batches: all groups in the order of a seed, epoch after epoch. */
export function speechBatches(groups: readonly (readonly SpeechItem[])[], seed: number): Batches<SpeechBatch> {
  return {
    from: async function* (position) {
      for (let step = position; ; step++) {
        const order = shuffledOrder(groups.length, { seed, epoch: Math.floor(step / groups.length) });
        yield speechBatch(groups[order[step % groups.length]!]!);
      }
    },
  };
}
