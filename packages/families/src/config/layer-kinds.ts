import type { ConfigReader } from './config.js';

/**
 * The part of each layer by its kind in `layer_types`, or by `fallback` where a file does not list kinds. Errors for a
 * kind that has no part, or for another number of kinds than `depth`.
 */
export function layerKinds<Part>(
  config: ConfigReader,
  depth: number,
  parts: Readonly<Record<string, Part>>,
  fallback: (i: number) => string,
): Part[] {
  const value = config.value('layer_types') ?? Array.from({ length: depth }, (_, i) => fallback(i));
  const isKnown = (kind: unknown): kind is string => typeof kind === 'string' && Object.hasOwn(parts, kind);
  if (Array.isArray(value) && value.length === depth && value.every(isKnown)) return value.map(kind => parts[kind]!);
  return config.refuse('layer_types', value, `${depth} of ${Object.keys(parts).join(', ')}`);
}
