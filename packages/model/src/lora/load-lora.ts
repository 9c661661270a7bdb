import type { HasNeeds } from '@residual/layers';
import { openSafetensors } from '@residual/safetensors';
import { expectOptions, ResidualError, tensor } from '@residual/tensor';
import { detachLora, putBeside } from '@residual/train';
import type { Model } from '../model.js';
import { filesOf, type ModelSource, type SourceOptions } from '../sources/source.js';
import { adapterPrefix, modulesOf } from './names.js';

/** Settings of `loadLora`. */
export interface LoadLoraOptions extends SourceOptions {
  /** The name it gets beside the weights; 'default' if absent. */
  readonly name?: string;
}

/**
 * Reads LoRA as the PEFT library writes it (`adapter_config.json`, `adapter_model.safetensors`) and puts it beside the weights of a model, active; gives the paths of the
 * linears. A setting that changes the numbers and is not understood is an error, and so is every tensor that belongs nowhere; nothing is attached then.
 */
export async function loadLora(model: Model, source: ModelSource, options: LoadLoraOptions = {}): Promise<string[]> {
  expectOptions('loadLora', options, { name: 0, hub: 0, fetch: 0, allowRedirects: 0, signal: 0 });
  const { name = 'default', signal } = options;
  const files = await filesOf(source, options);
  const refuse = (what: string): never => {
    throw new ResidualError('lora', `loadLora: ${files.origin} ${what}`);
  };
  const text = (await files.text('adapter_config.json', { signal })) ?? refuse('has no adapter_config.json');
  const bytes =
    (await files.bytes('adapter_model.safetensors', { signal })) ?? refuse('has no adapter_model.safetensors');
  const config = readConfig(text, refuse);
  const stored = await openSafetensors(bytes, { signal });
  const layer = model.layer as HasNeeds<unknown>;
  const modules = modulesOf(model.family, layer);
  const found = new Set<string>();
  const wrong: string[] = [];
  for (const tensorName of stored.tensors.keys()) {
    const match = /^(?:base_model\.model\.)?(.+)\.lora_([AB])(?:\.[^.]+)?\.weight$/.exec(tensorName);
    if (match && modules.has(match[1]!)) found.add(match[1]!);
    else wrong.push(tensorName);
  }
  if (wrong.length > 0) refuse(`holds ${wrong.join(', ')}, which belong to no linear of this ${model.family.name}`);
  if (found.size === 0) refuse('holds no tensor');
  const paths: string[] = [];
  try {
    for (const module of found) {
      const nameOf = (side: 'A' | 'B') =>
        [adapterPrefix, '']
          .flatMap(prefix => [
            `${prefix}${module}.lora_${side}.weight`,
            `${prefix}${module}.lora_${side}.default.weight`,
          ])
          .find(each => stored.tensors.has(each)) ?? refuse(`has no lora_${side} of ${module}`);
      const [a, b] = [
        await stored.readFloat32(nameOf('A'), { signal }),
        await stored.readFloat32(nameOf('B'), { signal }),
      ];
      const members = modules.get(module)!;
      const { rows, shape } = members[0]!.place;
      const rank = a.shape[0]!;
      const fits = a.shape.length === 2 && a.shape[1] === shape[1] && b.shape.join() === [rows, rank].join();
      if (!fits)
        refuse(
          `holds ${module} as [${a.shape}] and [${b.shape}]; they must be [rank, ${shape[1]}] and [${rows}, rank]`,
        );
      const scale = scaleOf(config, module, rank, refuse);
      for (const { path, place } of members) {
        const [out, width] = place.shape as [number, number];
        const up = b.data.slice(place.start * rank, (place.start + out) * rank);
        if (members.length > 1 && up.every(value => value === 0)) continue; // a member that was left alone
        const part = { down: tensor(a.data.slice(), [rank, width]), up: tensor(up, [out, rank]), scale, active: true };
        putBeside(layer, model.weights, path, name, part);
        paths.push(path);
      }
    }
  } catch (error) {
    if (paths.length > 0) detachLora(layer, model.weights, name);
    throw error;
  }
  return paths;
}

interface AdapterConfig {
  readonly r: number;
  readonly lora_alpha: number;
  readonly use_rslora: boolean;
  readonly rank_pattern: Readonly<Record<string, number>>;
  readonly alpha_pattern: Readonly<Record<string, number>>;
}

function readConfig(text: string, refuse: (what: string) => never): AdapterConfig {
  let config: Record<string, unknown>;
  try {
    config = JSON.parse(text);
  } catch {
    return refuse('has an adapter_config.json that is no JSON');
  }
  if (typeof config !== 'object' || config === null) refuse('has an adapter_config.json that is no object');
  if (config.peft_type !== 'LORA') refuse(`is of peft_type ${JSON.stringify(config.peft_type)}; it must be LORA`);
  const plain: Readonly<Record<string, readonly unknown[]>> = {
    use_dora: [false],
    bias: ['none'],
    lora_bias: [false],
    modules_to_save: [],
    trainable_token_indices: [],
    layer_replication: [],
    use_qalora: [false],
  };
  for (const [field, allowed] of Object.entries(plain)) {
    const value = config[field];
    const isEmpty = value === undefined || value === null || (Array.isArray(value) && value.length === 0);
    if (!isEmpty && !allowed.includes(value))
      refuse(`sets ${field} to ${JSON.stringify(value)}, which this version does not compute`);
  }
  const { r = 8, lora_alpha = 8, use_rslora = false, rank_pattern, alpha_pattern } = config;
  if (typeof r !== 'number' || typeof lora_alpha !== 'number')
    refuse(`has r ${JSON.stringify(r)} and lora_alpha ${JSON.stringify(lora_alpha)}; they must be numbers`);
  return {
    r: r as number,
    lora_alpha: lora_alpha as number,
    use_rslora: use_rslora === true,
    rank_pattern: (rank_pattern ?? {}) as Record<string, number>,
    alpha_pattern: (alpha_pattern ?? {}) as Record<string, number>,
  };
}

/** alpha / rank, or alpha / √rank where that is asked (Kalajdzievski 2023); the tensors tell the rank, which must be what the settings say. */
function scaleOf(config: AdapterConfig, module: string, rank: number, refuse: (what: string) => never): number {
  const stated = patterned(config.rank_pattern, module) ?? config.r;
  if (stated !== rank) refuse(`states rank ${stated} for ${module}, whose tensors have ${rank}`);
  const alpha = patterned(config.alpha_pattern, module) ?? config.lora_alpha;
  return alpha / (config.use_rslora ? Math.sqrt(rank) : rank);
}

/** The value of the first pattern that is the end of a module's name. */
function patterned(patterns: Readonly<Record<string, number>>, module: string): number | undefined {
  const found = Object.entries(patterns).find(
    ([pattern]) => module === pattern || module.endsWith(`.${pattern}`) || isMatch(pattern, module),
  );
  return found?.[1];
}

function isMatch(pattern: string, module: string): boolean {
  try {
    return new RegExp(`^(.*\\.)?(${pattern})$`).test(module);
  } catch {
    return false;
  }
}
