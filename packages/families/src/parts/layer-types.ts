import { causal, combineMasks, type Mask, slidingWindow } from '@residual/attention';
import type { ConfigReader } from '../config/config.js';

/** What a family needs to know to tell the kinds of its layers. */
export interface LayerTypeOptions<Type extends string> {
  /** The number of layers. */
  readonly depth: number;
  /** The kinds that the family has. */
  readonly types: readonly Type[];
  /** The kind of a layer by its number, from 0, where the config has no `layer_types`. */
  readonly otherwise: (index: number) => Type;
}

/** The kind of each layer: `layer_types` of the config, or else as older files imply. */
export function layerTypes<Type extends string>(
  config: ConfigReader,
  { depth, types, otherwise }: LayerTypeOptions<Type>,
): readonly Type[] {
  const value = config.value('layer_types');
  if (value === undefined) return Array.from({ length: depth }, (_, i) => otherwise(i));
  const isKnown = (type: unknown): type is Type => types.includes(type as Type);
  if (Array.isArray(value) && value.length === depth && value.every(isKnown)) return value;
  return config.refuse('layer_types', value, `a list of ${depth} of ${types.join(', ')}`);
}

/** Causal attention to all positions, or to the last `window` ones. */
export function causalMask(window: number | undefined): Mask {
  return window === undefined ? causal() : combineMasks(causal(), slidingWindow(window));
}

/** The window that a config gives to its layers; undefined if the field is null, or absent without a fallback. */
export function windowOf(config: ConfigReader, fallback?: number): number | undefined {
  const isNull = config.has('sliding_window') && config.value('sliding_window') === undefined;
  if (isNull || (fallback === undefined && !config.has('sliding_window'))) return undefined;
  return config.size('sliding_window', fallback);
}

/** The window of each layer, undefined for those that see all positions, from `layer_types` and `sliding_window`. */
export function layerWindows(
  config: ConfigReader,
  depth: number,
  { window, isWindowed }: { readonly window: number | undefined; readonly isWindowed: (index: number) => boolean },
): readonly (number | undefined)[] {
  const otherwise = (i: number) => (window !== undefined && isWindowed(i) ? 'sliding_attention' : 'full_attention');
  const types = layerTypes(config, { depth, types: ['full_attention', 'sliding_attention'], otherwise });
  return types.map(type => {
    if (type === 'full_attention') return undefined;
    return window ?? config.refuse('sliding_window', config.value('sliding_window'), 'a size, since layers slide');
  });
}

/** The window of configs that say by `use_sliding_window` whether it is used; undefined unless it is. */
export function windowInUse(config: ConfigReader, fallback?: number): number | undefined {
  if (config.flag('use_sliding_window', false)) return windowOf(config, fallback);
  config.value('sliding_window');
  return undefined;
}

/** The windows of Qwen: of the layers from `max_window_layers` on, if `use_sliding_window` is true. */
export function qwenWindows(config: ConfigReader, depth: number): readonly (number | undefined)[] {
  const from = config.number('max_window_layers', 28);
  const window = windowInUse(config, 4096);
  return layerWindows(config, depth, { window, isWindowed: i => i >= from });
}

/** Which layers have positions, from `no_rope_layers` (1 means that a layer has them) or their interval. */
export function layersWithPositions(config: ConfigReader, depth: number): readonly boolean[] {
  const interval = config.size('no_rope_layer_interval', 4);
  const value = config.value('no_rope_layers');
  if (value === undefined) return Array.from({ length: depth }, (_, i) => (i + 1) % interval !== 0);
  const isList = Array.isArray(value) && value.length === depth && value.every(each => each === 0 || each === 1);
  return isList ? value.map(each => each === 1) : config.refuse('no_rope_layers', value, `${depth} of 0 and 1`);
}
