import { type Address, addressOf } from '@residual/appkit';
import type { TranslateOptions } from '@residual/model';
import { bestAlignmentHead } from './best-alignment-head.js';

/** What the page can be set to; all of it stands in the address. Each name is also the id of its control. */
export interface Settings {
  readonly text: string;
  readonly mode: 'greedy' | 'beams';
  readonly beams: number;
  readonly lengthPenalty: number;
  /** Whose cross-attention is shown: a layer and a head, -1 for the average of all. */
  readonly layer: number;
  readonly head: number;
  /** Heads of cross-attention that are off: `2.0 3.1` are head 0 of layer 2 and head 1 of layer 3. */
  readonly off: string;
  readonly encoderLayer: number;
  readonly encoderHead: number;
  /** `auto` takes the graphics card where there is a real one, else WebAssembly. */
  readonly backend: string;
}

/** What stands there before the first click. */
export const preset: Settings = {
  text: 'This is the village where I was born.',
  mode: 'beams',
  beams: 4,
  lengthPenalty: 1,
  ...bestAlignmentHead,
  off: '',
  encoderLayer: 0,
  encoderHead: 0,
  backend: 'auto',
};

/** Other texts to try. */
export const examples: readonly string[] = [
  preset.text,
  'How can you say such a foolish thing?',
  'The door was difficult to open.',
  "We look forward to getting back home.\nIt's cold outside. I forgot my keys on the table, and nobody is at home until six o'clock. What should I do now?",
  "I don't have time for a walk.",
  'She went with him to Boston.',
];

/** The settings in the address. */
export const address: Address<Settings> = addressOf(preset, { mode: ['greedy', 'beams'] });

/** A head of a layer. */
export interface HeadIndex {
  readonly layer: number;
  readonly head: number;
}

/** The heads that a text such as `2.0 3.1` names, each once, in order; what is no head of the model is left out. */
export function headsIn(off: string, depth: number, heads: number): HeadIndex[] {
  const named = off.split(' ').map(text => /^(\d+)\.(\d+)$/.exec(text));
  const indices = named.flatMap(found => (found ? [{ layer: Number(found[1]), head: Number(found[2]) }] : []));
  const existing = indices.filter(({ layer, head }) => layer < depth && head < heads);
  const unique = new Map(existing.map(index => [index.layer * heads + index.head, index]));
  return [...unique].sort(([a], [b]) => a - b).map(([, index]) => index);
}

/** Such a text. */
export const textOfHeads = (heads: readonly HeadIndex[]): string =>
  heads.map(({ layer, head }) => `${layer}.${head}`).join(' ');

/** The options of `translate` that settings stand for. */
export function optionsOf(settings: Settings, depth: number, heads: number): TranslateOptions {
  const { mode, beams, lengthPenalty, off } = settings;
  const ablate = headsIn(off, depth, heads).map(({ layer, head }) => {
    return { tap: `decoder.layers.${layer}.crossAttention.weights`, heads: [head] };
  });
  const search = mode === 'beams' ? { numBeams: beams, lengthPenalty } : { numBeams: 1 };
  // The model was trained on single sentences, so every sentence is translated by itself.
  return { ...search, maxSegmentTokens: 1, alignments: true, ...(ablate.length > 0 && { ablate }) };
}
