import { type Address, addressOf, type WeightChoice, weightChoices } from '@residual/appkit';
import type { TranslateOptions } from '@residual/model';
import { bestAlignmentHead } from './best-alignment-head.js';
import { examples } from './examples.js';

/** The chapters below the translation, of which one is shown. */
export const chapters = ['cross', 'encoder', 'decoder', 'beams', 'model'] as const;

/** The name of a chapter. */
export type Chapter = (typeof chapters)[number];

/** The settings of the page, all of them in its address. The name of a setting is the id of its control. */
export interface Settings {
  readonly text: string;
  readonly mode: 'greedy' | 'beams';
  readonly beams: number;
  readonly lengthPenalty: number;
  readonly chapter: Chapter;
  /** The cross-attention that is shown: a layer and a head, -1 for the average of all. */
  readonly layer: number;
  readonly head: number;
  /** The heads of cross-attention that are switched off: `2.0 3.1` are head 0 of layer 2 and head 1 of layer 3. */
  readonly off: string;
  /** The heads of self-attention that are shown. */
  readonly encoderLayer: number;
  readonly encoderHead: number;
  readonly decoderLayer: number;
  readonly decoderHead: number;
  /** `auto` is WebGL with a real graphics card, else WebAssembly. */
  readonly backend: string;
  /** How the weight matrices are held in memory. */
  readonly weights: WeightChoice;
}

/** The settings before the first click. */
export const preset: Settings = {
  text: examples[0]!.text,
  mode: 'beams',
  beams: 4,
  lengthPenalty: 1,
  chapter: 'cross',
  ...bestAlignmentHead,
  off: '',
  encoderLayer: 0,
  encoderHead: 0,
  decoderLayer: 0,
  decoderHead: 0,
  backend: 'auto',
  weights: 'auto',
};

/** The settings in the address of the page. */
export const address: Address<Settings> = addressOf(preset, {
  mode: ['greedy', 'beams'],
  chapter: chapters,
  weights: weightChoices,
});

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

/** Cross-attention without some heads, as an option of the model. */
export const withoutHeads = (heads: readonly HeadIndex[]): NonNullable<TranslateOptions['ablate']> =>
  heads.map(({ layer, head }) => ({ tap: `decoder.layers.${layer}.crossAttention.weights`, heads: [head] }));

/** The options of `translate` for some settings. */
export function optionsOf(settings: Settings, depth: number, heads: number): TranslateOptions {
  const { mode, beams, lengthPenalty, off } = settings;
  const ablate = withoutHeads(headsIn(off, depth, heads));
  const search = mode === 'beams' ? { numBeams: beams, lengthPenalty } : { numBeams: 1 };
  // The model was trained on single sentences, so every sentence is translated by itself.
  return { ...search, maxSegmentTokens: 1, alignments: true, ...(ablate.length > 0 && { ablate }) };
}
