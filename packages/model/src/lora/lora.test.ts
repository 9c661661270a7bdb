import '@residual/testkit/wasm';
import { gpt2Config, llamaConfig } from '@residual/families';
import type { HasNeeds } from '@residual/layers';
import { bytesSource, openSafetensors, writeSafetensors } from '@residual/safetensors';
import { memory, tensor } from '@residual/tensor';
import { expectClose } from '@residual/testkit';
import { attachLora, mergeLora, nextToken, notLora, train } from '@residual/train';
import { expect, test } from 'vitest';
import { causalOf, createModel, loadLora, loadModel, type Model, saveLora } from '../index.js';

const sizes = { vocab: 23, modelDim: 12, heads: 3, depth: 2, positions: 16 };
const ids = Int32Array.of(4, 5, 6, 7, 8);
const batch = { rows: 1, length: 5, ids, labels: Int32Array.of(5, 6, 7, 8, 9) };
const gpt2 = () => createModel(gpt2Config(sizes), { seed: 3 });
const llama = () => createModel(llamaConfig({ ...sizes, kvHeads: 1 }), { seed: 3 });

const logitsOf = async (model: Model) => {
  const x = tensor(ids, [1, 5], 'int32');
  const y = causalOf('test', model).layer(model.weights as never, x);
  const data = [...(await y.data())];
  x.dispose();
  y.dispose();
  return data;
};
const trainLora = async (model: Model, targets: string[], rank = 2) => {
  const { layer, weights } = causalOf('test', model);
  attachLora(layer as HasNeeds<unknown>, weights, { targets, rank, alpha: 6, seed: 5 });
  const run = train({
    layer,
    weights,
    loss: nextToken(layer),
    batches: [batch],
    steps: 4,
    learningRate: 0.05,
    frozen: notLora,
  });
  for await (const _ of run) void _;
};
const configIn = (files: ReadonlyMap<string, Uint8Array>) =>
  JSON.parse(new TextDecoder().decode(files.get('adapter_config.json')));
const shapesIn = async (files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>) => {
  const { tensors } = await openSafetensors(bytesSource(files.get('adapter_model.safetensors')!));
  return Object.fromEntries([...tensors].map(([name, { shape }]) => [name, shape]));
};

test.each<[string, () => Promise<Model>, string[]]>([
  ['Llama', llama, ['**.query', '**.value', '**.down', 'head']],
  ['GPT-2, all of a fused module', gpt2, ['**.query', '**.key', '**.value']],
  ['GPT-2, one part of a fused module', gpt2, ['**.value', '**.mlp.up']],
])('LoRA of a %s is written and read again', async (_, make, targets) => {
  const model = await make();
  const plain = await logitsOf(model);
  await trainLora(model, targets);
  const trained = await logitsOf(model);
  const files = await saveLora(model, { base: 'owner/name' });
  const again = await make();
  await loadLora(again, files, { name: 'mine' });
  await expectClose(await logitsOf(again), trained, { absolute: 1e-5 });
  expect(trained).not.toEqual(plain);
  const twice = await make();
  await loadLora(twice, await saveLora(again, { name: 'mine' }));
  await expectClose(await logitsOf(twice), trained, { absolute: 1e-5 });
  for (const each of [model, again, twice]) each.dispose();
});

test('the files are those of the PEFT library', async () => {
  const model = await llama();
  await trainLora(model, ['decoder.layers.0.attention.query'], 3);
  const files = await saveLora(model, { base: 'owner/name' });
  const module = 'base_model.model.model.layers.0.self_attn.q_proj';
  expect(await shapesIn(files)).toEqual({ [`${module}.lora_A.weight`]: [3, 12], [`${module}.lora_B.weight`]: [12, 3] });
  expect(configIn(files)).toEqual({
    peft_type: 'LORA',
    task_type: 'CAUSAL_LM',
    base_model_name_or_path: 'owner/name',
    r: 3,
    lora_alpha: 6,
    rank_pattern: {},
    alpha_pattern: {},
    target_modules: ['model.layers.0.self_attn.q_proj'],
    lora_dropout: 0,
    fan_in_fan_out: false,
    bias: 'none',
    modules_to_save: null,
    use_rslora: false,
    use_dora: false,
    init_lora_weights: true,
    inference_mode: true,
  });
  model.dispose();
});

test('a fused module becomes one product of the sum of ranks, and one of another rank its pattern', async () => {
  const model = await gpt2();
  await trainLora(model, ['decoder.layers.0.attention.*', 'decoder.layers.0.mlp.up']);
  const files = await saveLora(model);
  const block = 'base_model.model.transformer.h.0.';
  expect(await shapesIn(files)).toMatchObject({
    [`${block}attn.c_attn.lora_A.weight`]: [6, 12],
    [`${block}attn.c_attn.lora_B.weight`]: [36, 6],
    [`${block}mlp.c_fc.lora_A.weight`]: [2, 12],
    [`${block}mlp.c_fc.lora_B.weight`]: [48, 2],
  });
  expect(configIn(files)).toMatchObject({
    r: 6,
    lora_alpha: 18,
    fan_in_fan_out: true,
    rank_pattern: { 'transformer.h.0.attn.c_proj': 2, 'transformer.h.0.mlp.c_fc': 2 },
    alpha_pattern: { 'transformer.h.0.attn.c_proj': 6, 'transformer.h.0.mlp.c_fc': 6 },
  });
  model.dispose();
});

const adapter = (config: object, tensors: Record<string, number[]>) =>
  new Map([
    ['adapter_config.json', new TextEncoder().encode(JSON.stringify(config))],
    [
      'adapter_model.safetensors',
      writeSafetensors(
        Object.fromEntries(
          Object.entries(tensors).map(([name, shape]) => [
            name,
            { dtype: 'F32' as const, shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(0.1) },
          ]),
        ),
      ),
    ],
  ]);
const query = 'base_model.model.model.layers.0.self_attn.q_proj';
const right = { [`${query}.lora_A.weight`]: [2, 12], [`${query}.lora_B.weight`]: [12, 2] };

test.each<[string, object, Record<string, number[]>, string | RegExp]>([
  ['another kind', { peft_type: 'IA3' }, right, 'is of peft_type "IA3"; it must be LORA'],
  ['DoRA', { peft_type: 'LORA', use_dora: true }, right, 'sets use_dora to true, which this version does not compute'],
  ['biases', { peft_type: 'LORA', bias: 'all' }, right, 'sets bias to "all", which this version does not compute'],
  [
    'another rank',
    { peft_type: 'LORA', r: 4 },
    right,
    'states rank 4 for model.layers.0.self_attn.q_proj, whose tensors have 2',
  ],
  [
    'a stranger',
    { peft_type: 'LORA', r: 2 },
    { ...right, 'x.lora_A.weight': [2, 2] },
    'holds x.lora_A.weight, which belong to no linear of this llama',
  ],
  [
    'half of it',
    { peft_type: 'LORA', r: 2 },
    { [`${query}.lora_A.weight`]: [2, 12] },
    'has no lora_B of model.layers.0.self_attn.q_proj',
  ],
  [
    'another width',
    { peft_type: 'LORA', r: 2 },
    { ...right, [`${query}.lora_A.weight`]: [2, 11] },
    'holds model.layers.0.self_attn.q_proj as [2,11] and [12,2]; they must be [rank, 12] and [12, rank]',
  ],
  ['nothing', { peft_type: 'LORA' }, {}, 'holds no tensor'],
])('an adapter that does not fit is refused: %s', async (_, config, tensors, message) => {
  const model = await llama();
  const before = memory();
  await expect(loadLora(model, adapter(config, tensors))).rejects.toThrow(message);
  expect(memory()).toEqual(before);
  model.dispose();
});

test('alpha over the root of the rank, and patterns of modules, count', async () => {
  const model = await llama();
  const plain = await logitsOf(model);
  const differences: number[] = [];
  for (const more of [
    { lora_alpha: 4 },
    { lora_alpha: 4, use_rslora: true },
    { lora_alpha: 1, alpha_pattern: { q_proj: 8 } },
  ]) {
    const fresh = await llama();
    await loadLora(fresh, adapter({ peft_type: 'LORA', r: 2, ...more }, right));
    const leaf = (
      causalOf('test', fresh).weights as never as {
        decoder: { layers: { attention: { query: { weight: { parts: { default: { scale: number } } } } } }[] };
      }
    ).decoder.layers[0]!;
    differences.push(leaf.attention.query.weight.parts.default.scale);
    expect(await logitsOf(fresh)).not.toEqual(plain);
    fresh.dispose();
  }
  await expectClose(differences, [2, 4 / Math.sqrt(2), 4], { absolute: 1e-6 });
  model.dispose();
});

test.each<[string, () => Promise<Model>, string[]]>([
  ['Llama', llama, ['**.query', '**.down', 'head']],
  ['GPT-2', gpt2, ['**.value', '**.mlp.up']],
])('LoRA merged into a %s is saved with it, trained here or read', async (_, make, targets) => {
  const model = await make();
  await trainLora(model, targets);
  const trained = await logitsOf(model);
  const needs = (of: Model) => of.layer as HasNeeds<unknown>;
  const reader = await make();
  await loadLora(reader, await saveLora(model));
  await expect(model.save()).rejects.toThrow(
    'dense: the matrix has low-rank parts beside it (default); merge or detach them first',
  );
  for (const of of [model, reader]) {
    mergeLora(needs(of), of.weights);
    const files = await of.save();
    const plain = await loadModel(files);
    await expectClose(await logitsOf(plain), trained, { absolute: 1e-5 });
    expect([...(await openSafetensors(bytesSource(files.get('model.safetensors')!))).tensors.keys()]).toEqual([
      ...(await openSafetensors(bytesSource((await (await make()).save()).get('model.safetensors')!))).tensors.keys(),
    ]);
    plain.dispose();
    of.dispose();
  }
});
