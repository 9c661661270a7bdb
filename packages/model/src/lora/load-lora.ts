import { firstFew } from '@residual/base';
import { rowsOfSlice } from '@residual/families';
import type { HasNeeds } from '@residual/layers';
import { openSafetensors } from '@residual/safetensors';
import { expectOptions, ResidualError, tensor } from '@residual/tensor';
import { addAdapter, detachLora } from '@residual/train';
import { filesOf, type ModelSource, type SourceOptions } from '../load/sources/source.js';
import type { Model } from '../model.js';
import { type AdapterConfig, adapterConfig, scaleOf } from './adapter-config.js';
import { expectBaseWeights } from './base-weights.js';
import { type Member, modulesOf } from './modules.js';

/** The options of `loadLora`. */
export interface LoadLoraOptions extends SourceOptions {
  /** The name of the adapter; default 'default'. */
  readonly name?: string;
  /** Unknown fields of `adapter_config.json` that do not change the numbers, so that they are no error. */
  readonly ignoreConfig?: readonly string[];
}

/**
 * Reads a LoRA adapter of the PEFT library (`adapter_config.json`, `adapter_model.safetensors`) and attaches it to the
 * weights of a model, active; returns the paths of the linears. Throws for a setting that changes the numbers and is
 * not supported, and for a tensor that matches no linear; nothing is attached then.
 */
export async function loadLora(model: Model, source: ModelSource, options: LoadLoraOptions = {}): Promise<string[]> {
  expectOptions('loadLora', options, { name: 0, ignoreConfig: 0, hub: 0, fetch: 0, allowRedirects: 0, signal: 0 });
  const { name = 'default', ignoreConfig = [], signal } = options;
  const files = await filesOf(source, options);
  const refuse = (what: string): never => {
    throw new ResidualError('lora', `loadLora: ${files.origin} ${what}`);
  };
  const text = (await files.text('adapter_config.json', { signal })) ?? refuse('has no adapter_config.json');
  const bytes =
    (await files.bytes('adapter_model.safetensors', { signal })) ?? refuse('has no adapter_model.safetensors');
  const config: AdapterConfig = await adapterConfig(text, ignoreConfig, refuse);
  const file = await openSafetensors(bytes, { signal });
  const layer = model.layer as HasNeeds<unknown>;
  const modules = modulesOf(model.family, layer);
  const { matrices, baseWeights, unmatched } = tensorsByModule(file.tensors.keys(), modules, refuse);
  if (unmatched.length > 0)
    refuse(`holds ${firstFew(unmatched)}, which belong to no linear of this ${model.family.name}`);
  if (matrices.size === 0) refuse('holds no tensor');
  await expectBaseWeights(model, file, baseWeights, refuse, signal);
  const paths: string[] = [];
  try {
    for (const [module, names] of matrices) {
      const read = async (matrix: 'A' | 'B') =>
        file.readFloat32(names[matrix] ?? refuse(`has no lora_${matrix} of ${module}`), { signal });
      const [a, b] = [await read('A'), await read('B')]; // [rank, in] and [out, rank]
      const members = modules.get(module)!;
      const { totalRows, shape } = members[0]!.slice;
      const rank = a.shape[0]!;
      const fits = a.shape.length === 2 && a.shape[1] === shape[1] && b.shape.join() === [totalRows, rank].join();
      if (!fits)
        refuse(
          `holds ${module} as [${a.shape}] and [${b.shape}]; they must be [rank, ${shape[1]}] and [${totalRows}, rank]`,
        );
      const scale = scaleOf(config, module, rank, refuse);
      for (const { path, slice } of members) {
        const [out, width] = slice.shape as [number, number];
        const up = new Float32Array(out * rank);
        for (const { stored, own, length } of rowsOfSlice(slice))
          up.set(b.data.subarray(stored * rank, (stored + length) * rank), own * rank);
        if (members.length > 1 && up.every(value => value === 0)) continue; // a member without an adapter
        const part = { down: tensor(a.data.slice(), [rank, width]), up: tensor(up, [out, rank]), scale, active: true };
        addAdapter(layer, model.weights, path, name, part);
        paths.push(path);
      }
    }
  } catch (error) {
    if (paths.length > 0) detachLora(layer, model.weights, name);
    throw error;
  }
  return paths;
}

/** The names of the tensors in an adapter file. */
interface AdapterTensors {
  /** The matrices lora_A and lora_B of each module. */
  readonly matrices: ReadonlyMap<string, { readonly A?: string; readonly B?: string }>;
  /** Base weights, by their name in the file, with their name in the checkpoint. */
  readonly baseWeights: ReadonlyMap<string, string>;
  /** Tensors of no module. */
  readonly unmatched: readonly string[];
}

/** Sorts the tensors of an adapter file by module. Refuses two tensors for the same matrix. */
function tensorsByModule(
  names: Iterable<string>,
  modules: ReadonlyMap<string, readonly Member[]>,
  refuse: (what: string) => never,
): AdapterTensors {
  const matrices = new Map<string, { A?: string; B?: string }>();
  const baseWeights = new Map<string, string>();
  const unmatched: string[] = [];
  for (const name of names) {
    const [, module, matrix] =
      /^(?:base_model\.model\.)?(.+?)(?:\.lora_([AB])(?:\.[^.]+)?|(?:\.base_layer)?)\.weight$/.exec(name) ?? [];
    if (module === undefined || !modules.has(module)) unmatched.push(name);
    else if (matrix === undefined) baseWeights.set(name, `${module}.weight`);
    else {
      const pair = matrices.get(module) ?? {};
      const other = pair[matrix as 'A' | 'B'];
      if (other !== undefined) refuse(`holds ${other} and ${name}, which are the same matrix`);
      matrices.set(module, { ...pair, [matrix]: name });
    }
  }
  return { matrices, baseWeights, unmatched };
}
