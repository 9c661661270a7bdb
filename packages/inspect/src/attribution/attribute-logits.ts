import type { Hook } from '@residual/layers';
import { expectInteger, expectOptions, ResidualError } from '@residual/tensor';
import type { BoundLayer } from '../bound-layer.js';
import type { ModelInput } from '../model-input.js';
import { expectSplit, readDecomposition } from './decompose-residual.js';
import { dot, holdNorm } from './held-norm.js';
import { expectTokens, logitDirection, logitOf } from './logit-direction.js';
import { neuronContributions } from './neuron-contributions.js';
import { type ResidualRun, residualRun, type Split } from './residual-run.js';

/** Settings of `attributeLogits`. */
export interface AttributeOptions {
  /** The id of the token whose logit is explained. */
  readonly target: number;
  /** The id of a token whose logit is subtracted. */
  readonly against?: number;
  /** The position that predicts, a negative one counted from the end; -1 if absent. */
  readonly position?: number;
  /** Whether attentions split into heads, or mlps into neurons; 'block' (neither) if absent. */
  readonly by?: Split;
  /** How many neurons of each mlp are named, those that contribute most; the others are one component. 10 if absent. */
  readonly neurons?: number;
  /** What changes the run, such as `ablate` and `patch`. */
  readonly hooks?: readonly Hook[];
  /** Aborts the call. */
  readonly signal?: AbortSignal | undefined;
}

/** What a component adds to a logit. */
export interface Contribution {
  readonly path: string;
  readonly contribution: number;
}

/** A logit as a sum. */
export interface LogitAttribution {
  /** The logit of the run, or the difference of two. */
  readonly logit: number;
  /** What each component adds to it. */
  readonly components: readonly Contribution[];
}

/**
 * Direct logit attribution: what each component of `decomposeResidual` adds to the logit of a token, with the scale of
 * the final norm held as the run had it (Elhage et al. 2021). The last entries are the bias of the final norm
 * (`decoder.norm.bias`) and that of the head (`head.bias`, or `logitsBias` of a tied one), if any. By 'neuron' an mlp
 * splits into `...mlp.neurons.7`, ..., `...mlp.neurons.rest` and `...mlp.down.bias`. The contributions add up to the
 * logit within 1e-4 of the sum of their absolute values; it is an error if they do not.
 */
export async function attributeLogits(
  model: BoundLayer,
  input: ModelInput,
  options: AttributeOptions,
): Promise<LogitAttribution> {
  const names = { target: 1, against: 0, position: 0, by: 0, neurons: 0, hooks: 0, signal: 0 } as const;
  expectOptions('attributeLogits', options, names);
  const { position = -1, by = 'block', neurons = 10, hooks = [], signal } = options;
  expectSplit('attributeLogits', by, ['block', 'head', 'neuron']);
  expectInteger('attributeLogits', 'neurons', neurons, { min: 1 });
  signal?.throwIfAborted();
  const run = residualRun('attributeLogits', model, input, { position, by, hooks });
  try {
    expectTokens('attributeLogits', options, run.anatomy.vocab);
    const { components, residual } = await readDecomposition('attributeLogits', run, by);
    const norm = await holdNorm('attributeLogits', run.anatomy.norm, residual);
    const head = await logitDirection(run.anatomy, options);
    const direction = norm.before(head.direction);
    const parts = new Map(run.anatomy.blocks.flatMap(block => block.parts.map(part => [part.path, part] as const)));
    const contributions: Contribution[] = [];
    for (const { path, vector } of components) {
      signal?.throwIfAborted();
      const part = parts.get(path);
      if (by === 'neuron' && part?.kind === 'mlp')
        contributions.push(...(await neuronContributions('attributeLogits', run, part, direction, neurons)));
      else contributions.push({ path, contribution: dot(vector, direction) });
    }
    const normBias = norm.bias && {
      path: `${run.anatomy.norm!.path}.bias`,
      contribution: dot(norm.bias, head.direction),
    };
    const biasPath = headBiasPath(model);
    const headBias = biasPath !== undefined && { path: biasPath, contribution: head.bias };
    const all = [...contributions, ...(normBias ? [normBias] : []), ...(headBias ? [headBias] : [])];
    return { logit: await expectLogit(run, options, all), components: all };
  } finally {
    run.dispose();
  }
}

/** The path of the bias of the head; undefined if it has none. */
function headBiasPath({ layer }: BoundLayer): string | undefined {
  const { head, logitsBias } = layer.needs as { head?: { needs: { bias?: unknown } }; logitsBias?: unknown };
  if (logitsBias) return 'logitsBias';
  return head?.needs.bias ? 'head.bias' : undefined;
}

/** The logit of the run. Errors if the contributions do not add up to it. */
async function expectLogit(
  run: ResidualRun,
  options: AttributeOptions,
  components: readonly Contribution[],
): Promise<number> {
  const logit = logitOf(await run.logits.data(), options);
  const sum = components.reduce((total, { contribution }) => total + contribution, 0);
  const scale = components.reduce((total, { contribution }) => total + Math.abs(contribution), 0);
  if (Math.abs(sum - logit) <= 1e-4 * scale) return logit;
  throw new ResidualError(
    'sum',
    `attributeLogits: the contributions add up to ${sum}, the logit of the run is ${logit}; a layer or a hook ` +
      'changes it after the final norm',
  );
}
