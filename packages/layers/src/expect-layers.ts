import { ResidualError } from '@residual/tensor';
import type { AnyLayer, LayerInfo } from './layer.js';

/**
 * Throws unless all parts are layers and all stated widths (`inDim` and `outDim`) are equal, so that a composition
 * fails when it is composed and not when it runs. Returns that width, or undefined if no part states one.
 */
export function expectSameWidth(
  name: string,
  parts: Readonly<Record<string, { readonly about: LayerInfo } | undefined>>,
): number | undefined {
  expectLayers(name, parts);
  const widths = Object.entries(parts).flatMap(([part, value]) =>
    [value?.about.inDim, value?.about.outDim].flatMap(width => (width === undefined ? [] : [{ part, width }])),
  );
  const first = widths[0];
  const other = widths.find(({ width }) => width !== first?.width);
  if (first && other) {
    throw new ResidualError(
      'fit',
      `${name}: ${first.part} is ${first.width} wide, ${other.part} ${other.width}; they must be equal`,
    );
  }
  return first?.width;
}

/** Throws unless every part that is present is a layer. */
export function expectLayers(name: string, parts: Readonly<Record<string, unknown>>): void {
  for (const [part, value] of Object.entries(parts))
    if (value !== undefined && !(value as Partial<AnyLayer> | null)?.about)
      throw new ResidualError('fit', `${name}: ${part} is ${value}; it must be a layer`);
}
