import type { Features } from '../features.js';
import { type FeatureStream, planStream } from '../spectrum/stream.js';
import { type AstOptions, astPlan } from './ast.js';

/** The frames of `astFeatures` as samples arrive, [new frames, melBins], as many as the recording has. */
export function astStream(options: AstOptions = {}): FeatureStream {
  const { plan, scaled } = astPlan('astStream', options);
  const stream = planStream(plan);
  const normalized = ({ values, shape }: Features) => ({ values: values.map(scaled), shape });
  return {
    push: samples => normalized(stream.push(samples)),
    finish: () => normalized(stream.finish()),
  };
}
