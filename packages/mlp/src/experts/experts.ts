import { bind, type Layer, layer } from '@residual/layers';
import { expectOptions, type Tensor } from '@residual/tensor';
import { applyActivation, applyGate } from '../activate.js';
import { type ExpertLinear, expectExperts, expertLinear } from './expert-linear.js';
import type { ExpertsInput, ExpertsOptions } from './interface.js';

/** The layer of `gatedExperts` and `clampedExperts`. */
export interface GatedExperts
  extends Layer<
    { readonly gate: ExpertLinear; readonly up: ExpertLinear; readonly down: ExpertLinear },
    ExpertsInput,
    Tensor
  > {
  readonly experts: number;
}

/** The layer of `plainExperts`. */
export interface PlainExperts
  extends Layer<{ readonly up: ExpertLinear; readonly down: ExpertLinear }, ExpertsInput, Tensor> {
  readonly experts: number;
}

/**
 * Experts that are gated mlps, down(activation(gate(x)) · up(x)) with the matrices of the chosen expert: { x, chosen }
 * to [tokens, k, modelDim] (Shazeer 2020). Taps: `preActivation`, the output of `gate`, and `hidden`, the input of
 * `down`, both [tokens, k, hiddenDim].
 */
export function gatedExperts(options: ExpertsOptions): GatedExperts {
  expectExpertsOptions('gatedExperts', options);
  const { activation = 'silu' } = options;
  return expertsWithGate('gatedExperts', options, (gate, up) => applyGate(activation, gate, up));
}

/**
 * Experts that are plain mlps, down(activation(up(x))) with the matrices of the chosen expert: { x, chosen } to
 * [tokens, k, modelDim]. Taps as those of `gatedExperts`.
 */
export function plainExperts(options: ExpertsOptions): PlainExperts {
  expectExpertsOptions('plainExperts', options);
  const { modelDim, hiddenDim, experts, activation = 'relu', bias = false } = options;
  expectExperts('plainExperts', experts);
  const parts = {
    up: expertLinear({ experts, in: modelDim, out: hiddenDim, bias, role: 'up' }),
    down: expertLinear({ experts, in: hiddenDim, out: modelDim, bias, role: 'down' }),
  };
  const run = layer(
    parts,
    (w, { x, chosen }: ExpertsInput, scope) => {
      const { up, down } = bind(parts, w, scope);
      const hidden = applyActivation(activation, scope.tap('preActivation', up({ x, chosen })));
      return down({ x: scope.tap('hidden', hidden), chosen });
    },
    { name: 'plainExperts', inDim: modelDim, outDim: modelDim },
  );
  return Object.assign(run, { experts });
}

/** Gated experts whose hidden layer is a function of the outputs of `gate` and `up`. */
export function expertsWithGate(
  name: string,
  { modelDim, hiddenDim, experts, bias = false }: Omit<ExpertsOptions, 'activation'>,
  hiddenOf: (gate: Tensor, up: Tensor) => Tensor,
): GatedExperts {
  expectExperts(name, experts);
  const parts = {
    gate: expertLinear({ experts, in: modelDim, out: hiddenDim, bias, role: 'gate' }),
    up: expertLinear({ experts, in: modelDim, out: hiddenDim, bias, role: 'up' }),
    down: expertLinear({ experts, in: hiddenDim, out: modelDim, bias, role: 'down' }),
  };
  const run = layer(
    parts,
    (w, { x, chosen }: ExpertsInput, scope) => {
      const { gate, up, down } = bind(parts, w, scope);
      const preActivation = scope.tap('preActivation', gate({ x, chosen })); // [tokens, k, hiddenDim]
      const hidden = hiddenOf(preActivation, up({ x, chosen }));
      return down({ x: scope.tap('hidden', hidden), chosen }); // [tokens, k, modelDim]
    },
    { name, inDim: modelDim, outDim: modelDim },
  );
  return Object.assign(run, { experts });
}

function expectExpertsOptions(name: string, options: ExpertsOptions): void {
  expectOptions(name, options, { modelDim: 1, hiddenDim: 1, experts: 1, activation: 0, bias: 0 });
}
