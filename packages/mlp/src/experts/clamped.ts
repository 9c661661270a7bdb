import { add, expectOptions, expectValue, maximum, minimum, mul, sigmoid } from '@residual/tensor';
import { expertsWithGate, type GatedExperts } from './experts.js';
import type { ExpertsOptions } from './interface.js';

/** Settings of `clampedExperts`. */
export interface ClampedExpertsOptions extends Omit<ExpertsOptions, 'activation'> {
  /** The largest output of `gate`, and the largest of `up` in size; 7 if absent. */
  readonly limit?: number;
  /** The factor in the sigmoid; 1.702 if absent, with which the gate approximates `gelu`. */
  readonly alpha?: number;
}

/**
 * `gatedExperts` with a hidden layer (up + 1) · gate · sigmoid(alpha · gate), after gate and up were limited, as in
 * gpt-oss (OpenAI 2025). Taps as those of `gatedExperts`.
 */
export function clampedExperts(options: ClampedExpertsOptions): GatedExperts {
  expectOptions('clampedExperts', options, { modelDim: 1, hiddenDim: 1, experts: 1, bias: 0, limit: 0, alpha: 0 });
  const { limit = 7, alpha = 1.702, ...others } = options;
  for (const [name, value] of Object.entries({ limit, alpha }))
    expectValue(value > 0 && value < Infinity, 'clampedExperts', name, value, 'a positive number');
  return expertsWithGate('clampedExperts', others, (gate, up) => {
    const below = minimum(gate, limit);
    const between = minimum(maximum(up, -limit), limit);
    return mul(mul(add(between, 1), below), sigmoid(mul(below, alpha)));
  });
}
