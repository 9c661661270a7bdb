import type { AnyLayer } from '@residual/layers';

/** A layer with its weights. A loaded `Model` is one. */
export interface BoundLayer<Input = never, Output = unknown> {
  readonly layer: AnyLayer<Input, Output>;
  // biome-ignore lint/suspicious/noExplicitAny: weights follow from the needs of the given layer
  readonly weights: any;
}
