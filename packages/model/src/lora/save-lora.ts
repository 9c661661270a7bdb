import { rowsOfSlice } from '@residual/families';
import type { HasNeeds } from '@residual/layers';
import { writeSafetensors } from '@residual/safetensors';
import { expectOptions } from '@residual/tensor';
import { loraParts } from '@residual/train';
import type { Model } from '../model.js';
import { adapterPrefix, type Member, modulesOf } from './modules.js';

/** The options of `saveLora`. */
export interface SaveLoraOptions {
  /** The name of the adapter; default 'default'. */
  readonly name?: string;
  /** The name of the base model in the adapter: a hub id or a folder. */
  readonly base?: string;
}

/** The adapter of a module as it is stored: `down` [rank, width] is lora_A, `up` [out, rank] is lora_B. */
interface StoredModule {
  readonly rank: number;
  readonly alpha: number;
  readonly down: Float32Array;
  readonly up: Float32Array;
  readonly width: number;
  readonly out: number;
}

/** The adapter of one of our linears: `down` [rank, width], `up` [rows, rank]; scale = alpha / rank. */
interface LinearAdapter {
  readonly down: Float32Array;
  readonly up: Float32Array;
  readonly rank: number;
  readonly scale: number;
}

/**
 * The LoRA adapter of a model in the layout of the PEFT library: `adapter_config.json` and `adapter_model.safetensors`,
 * by name. If the checkpoint holds several of our linears in one module, such as query, key and value of GPT-2, they
 * become one product; linears that share their `down` share it there too.
 */
export async function saveLora(
  model: Model,
  options: SaveLoraOptions = {},
): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  expectOptions('saveLora', options, { name: 0, base: 0 });
  const { name = 'default', base } = options;
  const adapters = new Map<string, LinearAdapter>();
  for (const { path, part } of loraParts(model.layer as HasNeeds<unknown>, model.weights, name)) {
    const [down, up] = [(await part.down.data()) as Float32Array, (await part.up.data()) as Float32Array];
    adapters.set(path, { down, up, rank: part.down.shape[0]!, scale: part.scale });
  }
  const modules = new Map<string, StoredModule>();
  let transposed = false;
  for (const [module, members] of modulesOf(model.family, model.layer as HasNeeds<unknown>)) {
    if (!members.some(({ path }) => adapters.has(path))) continue;
    modules.set(module, mergeMembers(members, adapters));
    transposed ||= members[0]!.slice.transposed;
  }
  const tensors = [...modules].flatMap(([module, { rank, down, up, width, out }]) => [
    [`${adapterPrefix}${module}.lora_A.weight`, { dtype: 'F32', shape: [rank, width], data: down }] as const,
    [`${adapterPrefix}${module}.lora_B.weight`, { dtype: 'F32', shape: [out, rank], data: up }] as const,
  ]);
  const config = configOf(modules, { transposed, base, kind: model.composition.kind });
  return new Map<string, Uint8Array<ArrayBuffer>>([
    ['adapter_config.json', new TextEncoder().encode(`${JSON.stringify(config, null, 2)}\n`)],
    ['adapter_model.safetensors', writeSafetensors(Object.fromEntries(tensors), { format: 'pt' })],
  ]);
}

/**
 * Merges the low-rank products of the linears of one module: the downs stacked, each up in its own rows and columns.
 */
function mergeMembers(members: readonly Member[], adapters: ReadonlyMap<string, LinearAdapter>): StoredModule {
  const width = members[0]!.slice.shape[1]!;
  const out = members[0]!.slice.totalRows;
  const present = members.flatMap(({ path, slice }) => {
    const adapter = adapters.get(path);
    return adapter ? [{ adapter, runs: rowsOfSlice(slice) }] : [];
  });
  const downs: Float32Array[] = [];
  const indexOfDown = present.map(({ adapter }) => {
    const own = adapter.down;
    const same = downs.findIndex(down => down.length === own.length && down.every((x, i) => x === own[i]));
    return same >= 0 ? same : downs.push(own) - 1;
  });
  const offsets = downs.map((_, i) => downs.slice(0, i).reduce((sum, down) => sum + down.length / width, 0));
  const rank = downs.reduce((sum, down) => sum + down.length, 0) / width;
  const { scale } = present[0]!.adapter;
  const up = new Float32Array(out * rank);
  for (const [i, { adapter, runs }] of present.entries())
    for (const { stored, own, length } of runs)
      for (let row = 0; row < length; row++)
        for (let column = 0; column < adapter.rank; column++)
          up[(stored + row) * rank + offsets[indexOfDown[i]!]! + column] =
            adapter.up[(own + row) * adapter.rank + column]! * (adapter.scale / scale);
  const down = new Float32Array(rank * width);
  for (const [i, values] of downs.entries()) down.set(values, offsets[i]! * width);
  return { rank, alpha: scale * rank, down, up, width, out };
}

/** The `adapter_config.json`: the rank and alpha of the first module, and patterns for modules with others. */
function configOf(
  modules: ReadonlyMap<string, StoredModule>,
  { transposed, base, kind }: { transposed: boolean; base: string | undefined; kind: string },
): Record<string, unknown> {
  const [{ rank, alpha }] = modules.values() as Iterable<StoredModule> as [StoredModule];
  const patternsOf = (field: 'rank' | 'alpha', fallback: number) =>
    Object.fromEntries(
      [...modules].filter(([, each]) => each[field] !== fallback).map(([module, each]) => [module, each[field]]),
    );
  return {
    peft_type: 'LORA',
    task_type: kind === 'causal-lm' ? 'CAUSAL_LM' : 'SEQ_2_SEQ_LM',
    base_model_name_or_path: base ?? null,
    r: rank,
    lora_alpha: alpha,
    rank_pattern: patternsOf('rank', rank),
    alpha_pattern: patternsOf('alpha', alpha),
    target_modules: [...modules.keys()],
    lora_dropout: 0,
    fan_in_fan_out: transposed,
    bias: 'none',
    modules_to_save: null,
    use_rslora: false,
    use_dora: false,
    init_lora_weights: true,
    inference_mode: true,
  };
}
