import { type Address, addressOf } from '@residual/appkit';
import type { TranslateOptions } from '@residual/model';
import { bestAlignmentHead } from './best-alignment-head.js';

/** The settings of the page, all of them in its address. The name of a setting is the id of its control. */
export interface Settings {
  readonly text: string;
  readonly mode: 'greedy' | 'beams';
  readonly beams: number;
  readonly lengthPenalty: number;
  /** The cross-attention that is shown: a layer and a head, -1 for the average of all. */
  readonly layer: number;
  readonly head: number;
  /** The heads of cross-attention that are switched off: `2.0 3.1` are head 0 of layer 2 and head 1 of layer 3. */
  readonly off: string;
  readonly encoderLayer: number;
  readonly encoderHead: number;
  /** `auto` is WebGL with a real graphics card, else WebAssembly. */
  readonly backend: string;
}

/** The settings before the first click. */
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

/** Other example texts. */
export const examples: readonly string[] = [
  preset.text,
  'How can you say such a foolish thing?',
  'The door was difficult to open.',
  "We look forward to getting back home.\nIt's cold outside. I forgot my keys on the table, " +
    "and nobody is at home until six o'clock. What should I do now?",
  "I don't have time for a walk.",
  'She went with him to Boston.',
];

/** The settings in the address of the page. */
export const address: Address<Settings> = addressOf(preset, { mode: ['greedy', 'beams'] });

/** The index of a head: layer and head. */
export interface HeadIndex {
  readonly layer: number;
  readonly head: number;
}

/** Parses heads such as `2.0 3.1`, each once, in order; heads that the model lacks are dropped. */
export function headsIn(off: string, depth: number, heads: number): HeadIndex[] {
  const named = off.split(' ').map(text => /^(\d+)\.(\d+)$/.exec(text));
  const indices = named.flatMap(found => (found ? [{ layer: Number(found[1]), head: Number(found[2]) }] : []));
  const existing = indices.filter(({ layer, head }) => layer < depth && head < heads);
  const unique = new Map(existing.map(index => [index.layer * heads + index.head, index]));
  return [...unique].sort(([a], [b]) => a - b).map(([, index]) => index);
}

/** The text of some heads. */
export const textOfHeads = (heads: readonly HeadIndex[]): string =>
  heads.map(({ layer, head }) => `${layer}.${head}`).join(' ');

/** The options of `translate` for some settings. */
export function optionsOf(settings: Settings, depth: number, heads: number): TranslateOptions {
  const { mode, beams, lengthPenalty, off } = settings;
  const ablate = headsIn(off, depth, heads).map(({ layer, head }) => {
    return { tap: `decoder.layers.${layer}.crossAttention.weights`, heads: [head] };
  });
  const search = mode === 'beams' ? { numBeams: beams, lengthPenalty } : { numBeams: 1 };
  // The model was trained on single sentences, so every sentence is translated by itself.
  return { ...search, maxSegmentTokens: 1, alignments: true, ...(ablate.length > 0 && { ablate }) };
}
