import { flatten, type HasNeeds } from '@residual/layers';
import { writeSafetensors } from '@residual/safetensors';
import { isPacked as isPackedMatrix, type PackedForm } from '@residual/tensor';
import { type LoadModelOptions, loadModel } from '../load/load-model.js';
import { filesOf, type ModelSource } from '../load/sources/source.js';
import type { Model } from '../model.js';
import { isIds } from './beams.js';
import { type Check, compare, type Numbers, type Tolerance } from './compare.js';
import { Golden } from './golden.js';
import { expectKind, isInput, needsGradients, outputsOf } from './model-outputs.js';
import type { Outputs } from './outputs.js';
import { processorOutputs, processorSettings } from './processors.js';

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
 * at most the numbers of `golden.json` are compared. Gradients are skipped if weights are packed.
 */
export async function parity(source: ModelSource, options: LoadModelOptions = {}): Promise<ParityReport> {
  const files = await filesOf(source, options);
  const golden = await Golden.open(files, options.signal);
  const processors = processorSettings(golden.settings);
  if (processors) {
    const references = await referencesOf(golden, 'logits');
    return compareAll(references, await processorOutputs(golden, processors), { inputsOnly: references.size === 0 });
  }
  expectKind(golden);
  const references = await referencesOf(golden);
  const model = await loadModel(files, options);
  try {
    const inputsOnly = !golden.names.some(name => !isInput(name));
    const form = formIn(model);
    const suffix = golden.settings.kind === 'packed' ? `.${referenceForms[form ?? 'f32']}` : '';
    const reasonToSkip = (name: string) => {
      if (!name.endsWith(suffix)) return 'of another form of weights';
      return form && needsGradients(name) ? `weights in ${form} have no gradient` : undefined;
    };
    const isWanted = (name: string) => (inputsOnly || references.has(name + suffix)) && !(form && needsGradients(name));
    const outputs = await outputsOf(model, golden.withSuffix(suffix), isWanted);
    const named = new Map([...outputs].map(([name, numbers]) => [name + suffix, numbers]));
    return await compareAll(references, named, { inputsOnly, isPacked: form !== undefined, reasonToSkip });
  } finally {
    model.dispose();
  }
}

/** The form of the packed weights of a model; undefined if all are float32. */
function formIn({ layer, weights }: Model): PackedForm | undefined {
  return [...flatten(layer as HasNeeds<unknown>, weights as never).values()].find(isPackedMatrix)?.form;
}

/** The names of forms in references of kind `packed`. */
const referenceForms: Readonly<Record<PackedForm | 'f32', string>> = {
  f32: 'f32',
  f16: 'f16',
  bf16: 'bf16',
  int8: 'q8_0',
  int4: 'q4_0',
};

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

/** Tensors of `golden.safetensors` that are not inputs, and the numbers of `golden.json`. */
async function referencesOf(golden: Golden, ...also: readonly string[]): Promise<Map<string, () => Promise<Numbers>>> {
  const names = golden.names.filter(name => !isInput(name) && !also.includes(name));
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

/** What `compareAll` needs to know of the files and the model. */
interface ComparisonSettings {
  readonly inputsOnly: boolean;
  readonly isPacked?: boolean;
  readonly reasonToSkip?: (name: string) => string | undefined;
}

/** Compares each reference with our output of the same name, unless there is a reason to skip it. */
async function compareAll(
  references: Map<string, () => Promise<Numbers>>,
  outputs: Outputs,
  { inputsOnly, isPacked = false, reasonToSkip = () => undefined }: ComparisonSettings,
): Promise<ParityReport> {
  const checks: Check[] = [];
  const skipped: { name: string; reason: string }[] = [];
  const largestGradient = await largestOf([...references].filter(([name]) => name.startsWith('grad.')));
  for (const [name, read] of references) {
    const reason = reasonToSkip(name);
    if (reason !== undefined) {
      skipped.push({ name, reason });
      continue;
    }
    const ours = outputs.get(name);
    const gradient = name.startsWith('after.')
      ? await references.get(`grad.${name.slice('after.'.length)}`)?.()
      : undefined;
    const counts = gradient && ((i: number) => Math.abs(gradient.data[i]!) >= 1e-5 * largestGradient);
    const tolerance = toleranceOf(name, largestGradient);
    // Kernels of packed weights may round activations, by at most this share of the largest.
    const wider = isPacked && !isIds(name) ? { ...tolerance, ofLargest: 1e-4 } : tolerance;
    if (ours) checks.push(compare(name, ours, await read(), wider, counts));
    else checks.push(missing(name));
  }
  return { pass: checks.length > 0 && checks.every(({ pass }) => pass), checks, skipped, inputsOnly, outputs };
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
