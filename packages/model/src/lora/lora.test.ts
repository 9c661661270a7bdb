import '@residual/testkit/wasm';
import { gpt2Config, llamaConfig } from '@residual/families';
import type { HasNeeds } from '@residual/layers';
import { bytesSource, openSafetensors, writeSafetensors } from '@residual/safetensors';
import { memoryUsage, tensor } from '@residual/tensor';
import { expectClose } from '@residual/testkit';
import { attachLora, freezeBase, languageModelLoss, loraParts, mergeLora, train } from '@residual/train';
import { expect, test } from 'vitest';
import { causalOf, createModel, loadLora, loadModel, type Model, saveLora } from '../index.js';

const sizes = { vocab: 23, modelDim: 12, heads: 3, depth: 2, maxPositions: 16 };
const ids = Int32Array.of(4, 5, 6, 7, 8);
const batch = { sequences: 1, length: 5, ids, labels: Int32Array.of(5, 6, 7, 8, 9) };
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
    loss: languageModelLoss(layer),
    batches: [batch],
    steps: 4,
    learningRate: 0.05,
    frozen: freezeBase,
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
])('an adapter of %s that is saved and loaded gives the same logits', async (_, make, targets) => {
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

test('an adapter is saved with the file names, tensors and settings of the PEFT library', async () => {
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

test('the linears of a fused module are saved as one product of the sum of their ranks, with patterns', async () => {
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
const validTensors = { [`${query}.lora_A.weight`]: [2, 12], [`${query}.lora_B.weight`]: [12, 2] };

test.each<[string, object, Record<string, number[]>, string | RegExp]>([
  ['another kind', { peft_type: 'IA3' }, validTensors, 'is of peft_type "IA3"; it must be LORA'],
  [
    'DoRA',
    { peft_type: 'LORA', use_dora: true },
    validTensors,
    'sets use_dora to true, which this version does not compute',
  ],
  [
    'biases',
    { peft_type: 'LORA', bias: 'all' },
    validTensors,
    'sets bias to "all", which this version does not compute',
  ],
  [
    'another rank',
    { peft_type: 'LORA', r: 4 },
    validTensors,
    'states rank 4 for model.layers.0.self_attn.q_proj, whose tensors have 2',
  ],
  [
    'an unknown module',
    { peft_type: 'LORA', r: 2 },
    { ...validTensors, 'x.lora_A.weight': [2, 2] },
    'holds x.lora_A.weight, which belong to no linear of this llama',
  ],
  [
    'a missing lora_B',
    { peft_type: 'LORA', r: 2 },
    { [`${query}.lora_A.weight`]: [2, 12] },
    'has no lora_B of model.layers.0.self_attn.q_proj',
  ],
  [
    'another width',
    { peft_type: 'LORA', r: 2 },
    { ...validTensors, [`${query}.lora_A.weight`]: [2, 11] },
    'holds model.layers.0.self_attn.q_proj as [2,11] and [12,2]; they must be [rank, 12] and [12, rank]',
  ],
  ['nothing', { peft_type: 'LORA' }, {}, 'holds no tensor'],
  ...['pissa', 'pissa_niter_4', 'olora', 'corda', 'lora_ga', 'loftq', 'mica'].map(
    (kind): [string, object, Record<string, number[]>, string] => [
      kind,
      { peft_type: 'LORA', r: 2, init_lora_weights: kind },
      validTensors,
      `sets init_lora_weights to "${kind}", which this version does not compute`,
    ],
  ),
  ...Object.entries({
    alora_invocation_tokens: [1, 5],
    target_parameters: ['q_proj.weight'],
    kasa_config: { beta: 1 },
    monteclora_config: { num_samples: 8 },
    arrow_config: { top_k: 1 },
    use_bdlora: { nblocks: 2 },
    use_qalora: true,
    layer_replication: [[0, 2]],
  }).map(([field, value]): [string, object, Record<string, number[]>, string] => [
    field,
    { peft_type: 'LORA', r: 2, [field]: value },
    validTensors,
    `sets ${field} to ${JSON.stringify(value)}, which this version does not compute`,
  ]),
  [
    'an unknown field',
    { peft_type: 'LORA', r: 2, twist: 3 },
    validTensors,
    'sets twist to 3, which is not understood and may change the numbers; if it does not, name it in ignoreConfig',
  ],
  ['an invalid rank', { peft_type: 'LORA', r: 1.5 }, validTensors, 'has r 1.5; it must be a whole number above 0'],
  [
    'a pattern with an invalid rank',
    { peft_type: 'LORA', r: 2, rank_pattern: { q_proj: '2' } },
    validTensors,
    'has rank_pattern "2" for "q_proj"; it must be a whole number above 0',
  ],
  [
    'a list of patterns',
    { peft_type: 'LORA', r: 2, alpha_pattern: [1] },
    validTensors,
    'has alpha_pattern [1]; it must be an object',
  ],
  [
    'a pattern that cannot be read',
    { peft_type: 'LORA', r: 2, alpha_pattern: { '(': 1 } },
    validTensors,
    /has a pattern that cannot be read: alpha_pattern: .* in the regular expression \(/,
  ],
  [
    'a pattern that refers back',
    { peft_type: 'LORA', r: 2, alpha_pattern: { '(a|b)*\\1': 1 } },
    validTensors,
    'has a pattern that cannot be read: alpha_pattern: ' +
      'the regular expression (?:.*\\.)?(?:(a|b)*\\1) is too large, or not linear',
  ],
  ...['rank_pattern', 'alpha_pattern'].map((field): [string, object, Record<string, number[]>, string] => [
    `${field} that refers back a billion times`,
    { peft_type: 'LORA', r: 2, [field]: { '((a|b)\\2){1000000000}': 2 } },
    validTensors,
    `loadLora: the source has a pattern that cannot be read: ${field}: ` +
      '1000000000 times, of which at most 100000 can be counted, ' +
      'in the regular expression (?:.*\\.)?(?:((a|b)\\2){1000000000})',
  ]),
  [
    'a pattern that refers back a hundred thousand times',
    { peft_type: 'LORA', r: 2, rank_pattern: { '((a|b)\\2){100000}': 2 } },
    validTensors,
    /has a pattern that cannot be read: rank_pattern: the regular expression .* is too large, or not linear/,
  ],
  [
    'too many expressions',
    { peft_type: 'LORA', r: 2, alpha_pattern: Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`x+${i}`, 1])) },
    validTensors,
    'has more than 64 expressions in alpha_pattern, beside names',
  ],
  [
    'a scale beyond 32 bits',
    { peft_type: 'LORA', r: 2, lora_alpha: 1e300 },
    validTensors,
    'scales model.layers.0.self_attn.q_proj by 5e+299, which is not a 32-bit float',
  ],
  [
    'a matrix twice',
    { peft_type: 'LORA', r: 2 },
    { ...validTensors, [`${query}.lora_A.default.weight`]: [2, 12] },
    `holds ${query}.lora_A.default.weight and ${query}.lora_A.weight, which are the same matrix`,
  ],
  [
    'another base',
    { peft_type: 'LORA', r: 2 },
    { ...validTensors, 'base_model.model.lm_head.base_layer.weight': [23, 12] },
    /holds base_model.model.lm_head.base_layer.weight, which differs from the model's own at 0 \(0\.1\d* and -?\d/,
  ],
])('an adapter that does not fit is refused: %s', async (_, config, tensors, message) => {
  const model = await llama();
  const before = memoryUsage();
  await expect(loadLora(model, adapter(config, tensors))).rejects.toThrow(message);
  expect(memoryUsage()).toEqual(before);
  model.dispose();
});

test('an alpha that JSON cannot hold is refused', async () => {
  const model = await llama();
  const files = adapter({ peft_type: 'LORA', r: 2 }, validTensors);
  files.set('adapter_config.json', new TextEncoder().encode('{"peft_type": "LORA", "r": 2, "lora_alpha": 1e999}'));
  await expect(loadLora(model, files)).rejects.toThrow('has lora_alpha Infinity; it must be a number');
  model.dispose();
});

test('patterns are regular expressions, matched in linear time even if hostile', async () => {
  const model = await llama();
  const evil = { [`${'(a*)*'.repeat(9)}!`]: 1, '(?:[a-z._0-9]+)*!': 1, k_proj: 1, '.*\\.(0|1)\\..*_proj': 8 };
  await loadLora(model, adapter({ peft_type: 'LORA', r: 2, lora_alpha: 1, alpha_pattern: evil }, validTensors));
  expect(loraParts(model.layer as HasNeeds<unknown>, model.weights).map(({ part }) => part.scale)).toEqual([4]);
  model.dispose();
});

test('fields that do not change the numbers are ignored, and so are those in ignoreConfig', async () => {
  const model = await llama();
  const ignored = {
    lora_dropout: 0.3,
    target_modules: ['q_proj'],
    init_lora_weights: 'gaussian',
    runtime_config: { a: 1 },
    twist: 3,
  };
  await loadLora(model, adapter({ peft_type: 'LORA', r: 2, ...ignored }, validTensors), { ignoreConfig: ['twist'] });
  model.dispose();
});

test("a head's own weight in an adapter file is accepted if it equals the model's", async () => {
  const model = await llama();
  const { head } = model.weights as never as { head: { weight: { data(): Promise<Float32Array>; shape: number[] } } };
  const data = await head.weight.data();
  const module = 'base_model.model.lm_head';
  const tensors = {
    [`${module}.base_layer.weight`]: { dtype: 'F32' as const, shape: [23, 12], data },
    [`${module}.lora_A.weight`]: { dtype: 'F32' as const, shape: [2, 12], data: new Float32Array(24).fill(1) },
    [`${module}.lora_B.weight`]: { dtype: 'F32' as const, shape: [23, 2], data: new Float32Array(46).fill(1) },
  };
  const files = adapter({ peft_type: 'LORA', r: 2 }, {}).set('adapter_model.safetensors', writeSafetensors(tensors));
  expect(await loadLora(model, files)).toEqual(['head']);
  expect(await loadLora(model, files, { name: 'twice' })).toEqual(['head']); // beside an existing one
  model.dispose();
});

test('the scale is alpha / rank, or alpha / √rank with use_rslora; patterns of modules override it', async () => {
  const model = await llama();
  const plain = await logitsOf(model);
  const differences: number[] = [];
  for (const more of [
    { lora_alpha: 4 },
    { lora_alpha: 4, use_rslora: true },
    { lora_alpha: 1, alpha_pattern: { q_proj: 8 } },
  ]) {
    const fresh = await llama();
    await loadLora(fresh, adapter({ peft_type: 'LORA', r: 2, ...more }, validTensors));
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
])('the saved weights of %s include a merged adapter, trained or loaded', async (_, make, targets) => {
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
