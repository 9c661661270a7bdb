import { writeSafetensors } from '@residual/safetensors';
import { ResidualError } from '@residual/tensor';
import { type LoadModelOptions, loadModel } from '../load/load-model.js';
import { filesOf, type ModelSource } from '../load/sources/source.js';
import { isIds } from './beams.js';
import { causalOutputs } from './causal.js';
import { type Check, compare, type Numbers, type Tolerance } from './compare.js';
import { Golden } from './golden.js';
import type { Outputs } from './outputs.js';
import { processorOutputs, processorSettings } from './processors.js';
import { sequenceToSequenceOutputs } from './sequence-to-sequence.js';

/** The result of a comparison. */
export interface ParityReport {
  /** True if something was compared and everything passed. */
  readonly pass: boolean;
  readonly checks: readonly Check[];
  /** References that were not compared, with the reason. */
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
  /** Whether the files hold only inputs and settings, so that there was no tensor to compare with. */
  readonly inputsOnly: boolean;
  /** Our own outputs under the reference's names. */
  readonly outputs: Outputs;
}

/**
 * Loads a checkpoint with reference outputs (`golden.safetensors`, `golden.json`) and compares our outputs with them,
 * tensor by tensor, on the active backend. If the folder holds only inputs, `outputs` holds everything we compute, and
 * at most the numbers of `golden.json` are compared.
 */
export async function parity(source: ModelSource, options: LoadModelOptions = {}): Promise<ParityReport> {
  const files = await filesOf(source, options);
  const golden = await Golden.open(files, options.signal);
  const processors = processorSettings(golden.settings);
  if (processors) {
    const references = await referencesOf(golden, 'logits');
    return compareAll(references, await processorOutputs(golden, processors), references.size === 0);
  }
  const { kind } = golden.settings;
  if (kind !== undefined && !(typeof kind === 'string' && Object.hasOwn(outputsOf, kind))) {
    throw new ResidualError(
      'parity',
      `parity: golden.json is of kind ${JSON.stringify(kind)}; ` +
        `this version compares ${Object.keys(outputsOf).join(', ')}`,
    );
  }
  const references = await referencesOf(golden);
  const model = await loadModel(files, options);
  try {
    const inputsOnly = !golden.names.some(name => !inputs.includes(name));
    const isWanted = (name: string) => inputsOnly || references.has(name);
    const compute = outputsOf[(kind as keyof typeof outputsOf | undefined) ?? model.composition.kind];
    const outputs = await compute(model, golden, isWanted);
    return await compareAll(references, outputs, inputsOnly);
  } finally {
    model.dispose();
  }
}

/** Our outputs as a safetensors file. */
export function dump(outputs: Outputs): Uint8Array<ArrayBuffer> {
  return writeSafetensors(
    Object.fromEntries(
      [...outputs].map(([name, { shape, data }]) => [
        name,
        isIds(name)
          ? { dtype: 'I32' as const, shape, data: Int32Array.from(data) }
          : { dtype: 'F32' as const, shape, data: Float32Array.from(data) },
      ]),
    ),
  );
}

/** The function that computes the outputs of each kind of model. */
const outputsOf = { 'causal-lm': causalOutputs, 'seq2seq-lm': sequenceToSequenceOutputs };

const inputs: readonly string[] = ['input_ids', 'attention_mask', 'decoder_input_ids', 'labels'];

/** Tensors of `golden.safetensors` that are not inputs, and the numbers of `golden.json`. */
async function referencesOf(golden: Golden, ...also: readonly string[]): Promise<Map<string, () => Promise<Numbers>>> {
  const names = golden.names.filter(name => !inputs.includes(name) && !also.includes(name));
  const tensors = names.map(name => [name, () => golden.read(name)] as const);
  const numbers = ['loss', 'grad_norm', 'adamw_losses', 'beam4_scores', 'beam4_early_return3_scores']
    .map(name => [name, numbersIn(golden.settings, name)] as const)
    .filter((entry): entry is readonly [string, Numbers] => entry[1] !== undefined)
    .map(([name, numbers]) => [name, async () => numbers] as const);
  return new Map([...tensors, ...numbers]);
}

/**
 * A number, or a list of numbers, in `golden.json`; scores may also be in the settings of their search, losses in those
 * of the training.
 */
function numbersIn(settings: Readonly<Record<string, unknown>>, name: string): Numbers | undefined {
  const [group, list] = name.split(/_(?=scores$|losses$)/) as [string, string | undefined];
  const within = settings[group] as Readonly<Record<string, unknown>> | undefined;
  const value = settings[name] ?? (list === undefined ? undefined : within?.[list]);
  if (typeof value === 'number') return { shape: [], data: [value] };
  return Array.isArray(value) ? { shape: [value.length], data: value as number[] } : undefined;
}

/** Compares each reference with our output of the same name. */
async function compareAll(
  references: Map<string, () => Promise<Numbers>>,
  outputs: Outputs,
  inputsOnly: boolean,
): Promise<ParityReport> {
  const checks: Check[] = [];
  const largestGradient = await largestOf([...references].filter(([name]) => name.startsWith('grad.')));
  for (const [name, read] of references) {
    const ours = outputs.get(name);
    const gradient = name.startsWith('after.')
      ? await references.get(`grad.${name.slice('after.'.length)}`)?.()
      : undefined;
    const counts = gradient && ((i: number) => Math.abs(gradient.data[i]!) >= 1e-5 * largestGradient);
    if (ours) checks.push(compare(name, ours, await read(), toleranceOf(name, largestGradient), counts));
    else checks.push(missing(name));
  }
  return { pass: checks.length > 0 && checks.every(({ pass }) => pass), checks, skipped: [], inputsOnly, outputs };
}

/**
 * The tolerance of an output: 1e-4 on logits, hidden states and loss, 1e-5 on attention weights, 1e-4 of the largest
 * entry on gradients. A gradient that is mathematically zero (a key's bias) is rounding noise, so differences under
 * 1e-7 of the largest of all gradients do not count. Nor do trained weights whose first gradient is under 1e-5 of it,
 * since AdamW makes a full step from rounding noise.
 */
function toleranceOf(name: string, largestGradient: number): Tolerance {
  if (isIds(name)) return { absolute: 0 };
  if (name.includes('attentions.')) return { absolute: 1e-5 };
  if (name.startsWith('grad.')) return { absolute: 1e-7 * largestGradient, ofLargest: 1e-4 };
  return name === 'grad_norm' ? { absolute: 0, ofLargest: 1e-4 } : { absolute: 1e-4 };
}

/** The largest absolute entry of all tensors. */
async function largestOf(tensors: readonly (readonly [string, () => Promise<Numbers>])[]): Promise<number> {
  let largest = 0;
  for (const [, read] of tensors) {
    const { data } = await read();
    for (let i = 0; i < data.length; i++) largest = Math.max(largest, Math.abs(data[i]!));
  }
  return largest;
}

/** The failed check of a reference that we have no output for. */
function missing(name: string): Check {
  const worst = Number.POSITIVE_INFINITY;
  return {
    name,
    maxAbsolute: worst,
    maxRelative: worst,
    tolerance: 0,
    pass: false,
    note: 'this version computes nothing of that name',
  };
}
