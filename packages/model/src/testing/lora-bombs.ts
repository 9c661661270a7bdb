/** Hostile LoRA adapters, read by a process with a small heap. */
import '@residual/testkit/cpu';
import { llamaConfig } from '@residual/families';
import type { HasNeeds } from '@residual/layers';
import { writeSafetensors } from '@residual/safetensors';
import { type BombTarget, bombsOf } from '@residual/testkit/bombs';
import { detachLora } from '@residual/train';
import { createModel } from '../load/create-model.js';
import { loadLora } from '../lora/load-lora.js';

/** The base model, made once, since only loading is tested. */
let baseModel: ReturnType<typeof createModel> | undefined;
const base = () => {
  baseModel ??= createModel(llamaConfig({ vocab: 7, modelDim: 4, heads: 2, kvHeads: 1, depth: 1, maxPositions: 8 }), {
    seed: 1,
  });
  return baseModel;
};

const attention = 'base_model.model.model.layers.0.self_attn';
const config = {
  peft_type: 'LORA',
  task_type: 'CAUSAL_LM',
  r: 2,
  lora_alpha: 4,
  rank_pattern: { 'self_attn.v_proj': 1 },
  alpha_pattern: { '(.*)\\.q_proj': 8.5 },
  target_modules: ['q_proj', 'v_proj'],
  use_rslora: false,
  init_lora_weights: true,
  bias: 'none',
};
const sizes = { q: [2, 4, 4], v: [1, 4, 2] } as const;
const tensors = writeSafetensors(
  Object.fromEntries(
    Object.entries(sizes).flatMap(([name, [rank, width, out]]) => {
      const one = (side: string, shape: number[]) =>
        [
          `${attention}.${name}_proj.lora_${side}.weight`,
          { dtype: 'F32' as const, shape, data: new Float32Array(shape[0]! * shape[1]!).fill(0.1) },
        ] as const;
      return [one('A', [rank, width]), one('B', [out, rank])];
    }),
  ),
);

type Adapter = Readonly<Record<'adapter_config.json', string> & Record<'adapter_model.safetensors', Uint8Array>>;
const withConfig = (text: string): Adapter => ({ 'adapter_config.json': text, 'adapter_model.safetensors': tensors });

/** Attaches the two files of an adapter to a small model and detaches them. */
export const adapter: BombTarget<Adapter> = {
  *inputs() {
    for (const { name, make } of bombsOf(config, { count: 20_000 })) yield { name, make: () => withConfig(make()) };
    const patterns = (make: (index: number) => string, count: number) =>
      JSON.stringify({
        ...config,
        rank_pattern: Object.fromEntries(Array.from({ length: count }, (_, i) => [make(i), 2])),
      });
    yield { name: 'a pattern that takes long', make: () => withConfig(patterns(() => '(a+|[a-z_.0-9]+)+$', 1)) };
    yield { name: 'a long pattern', make: () => withConfig(patterns(() => '(a|b)'.repeat(100_000), 1)) };
    yield { name: 'many patterns', make: () => withConfig(patterns(index => `(a|b)${index}`, 20_000)) };
    yield { name: 'many names', make: () => withConfig(patterns(index => `a.${index}`, 100_000)) };
    const strange = (names: readonly string[]): Adapter => ({
      ...withConfig(JSON.stringify(config)),
      'adapter_model.safetensors': writeSafetensors(
        Object.fromEntries(names.map(name => [name, { dtype: 'F32' as const, shape: [0], data: new Float32Array(0) }])),
      ),
    });
    yield { name: 'a long name', make: () => strange(['x'.repeat(1_000_000)]) };
    yield { name: 'a long name of a side', make: () => strange([`${'x.'.repeat(500_000)}lora_A.weight`]) };
    yield { name: 'many tensors', make: () => strange(Array.from({ length: 20_000 }, (_, index) => `x${index}`)) };
    yield { name: 'a pattern of many times', make: () => withConfig(patterns(() => '(?:a{1000}){1000}', 1)) };
  },
  read: async files => {
    const bytes = new Map<string, Uint8Array>([
      ['adapter_config.json', new TextEncoder().encode(files['adapter_config.json'])],
      ['adapter_model.safetensors', files['adapter_model.safetensors']],
    ]);
    const model = await base();
    const paths = await loadLora(model, bytes);
    if (paths.length > 0) detachLora(model.layer as HasNeeds<unknown>, model.weights, 'default');
  },
  seeds: () => [withConfig(JSON.stringify(config))],
};
