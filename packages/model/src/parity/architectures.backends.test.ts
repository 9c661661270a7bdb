import { requireBackend } from '@residual/tensor';
import { expect, inject, test } from 'vitest';
import type { ModelFiles } from '../load/sources/files.js';
import { fixtureFiles } from '../testing/fixture-files.js';
import { withFewOutputs } from '../testing/with-few-outputs.js';
import { parity } from './index.js';

/** The folders of fixtures/architectures that bring a part of their own, which no other test runs on this backend. */
const own = `
  albert apertus bamba bloom cohere2 deepseek-v3 diffllama falcon-new gemma2-train gemma3n gpt-neox gpt-oss lfm2
  llama4 mamba ministral3 mixtral-experts modernbert olmo2 opt phi3-longrope qwen3 roformer minicpm3
  beit clip dinov3 siglip2 vit-train whisper-generate
  ast moonshine wav2vec2-layer wavlm
  fastspeech2 speecht5-hifigan speecht5-tts vits
`;
/**
 * Those that compose the same parts in other ways, or have other names. qwen3-next has no logits: those that the
 * reference computes in float32 are 1.1e-4 from its own in float64 (ours 4.4e-5 on cpu, 1.6e-4 on wasm).
 */
const others = `
  arcee bert-answers bert-tokens biogpt bitnet blenderbot blenderbot-small codegen cohere deberta
  deberta-v2-classify deepseek-v2 distilbert distilbert-classify dots1 electra electra-classify ernie4_5
  esm eurobert exaone4 falcon-alibi falcon-h1 falcon-mamba gemma gemma3 glm glm4 glm4-moe gpt-bigcode gpt-neo
  gpt2-classify gptj granite granitemoe granitemoehybrid helium hunyuan jamba lfm2-moe mamba2 ministral
  mistral modernbert-classify mpnet mpt nemotron nemotron-h nomic-bert olmo olmo3 olmoe persimmon phi phi3
  phimoe qwen2 qwen2-moe qwen3-moe qwen3-next qwen3-rerank qwen3_5 roberta roberta-classify seed-oss smollm3 stablelm
  starcoder2 t5gemma umt5 vaultgemma xglm xlm-roberta
  clip-gelu deit dinov2-classify dinov2-registers siglip
  hubert wav2vec2-group whisper-train
`;

/** All on cpu and wasm; on the GPU backends those of their own, and all by `npm test -- --everywhere`. */
const all = inject('everywhere') || ['cpu', 'wasm'].includes(requireBackend());
const names = (all ? own + others : own).trim().split(/\s+/);
const filesOf = (name: string) => fixtureFiles(`fixtures/architectures/${name}`);

/** Those with a kind of state in their cache that no other has, which cpu continues too. */
const states = ['bamba', 'gemma3n', 'gpt-oss', 'lfm2', 'mamba', 'minicpm3', 'qwen3', 'qwen3-next', 'whisper-generate'];

/**
 * Whether only the logits of an architecture are compared: of all on a GPU in software, whose continuations take
 * minutes, and of most on cpu, whose continuations are those of wasm.
 */
const hasLogitsOnly = (name: string) =>
  !inject('everywhere') && requireBackend() !== 'wasm' && !(requireBackend() === 'cpu' && states.includes(name));

test.each(names)('%s agrees with the reference', async name => {
  const report = await parity(hasLogitsOnly(name) ? withLogitsOnly(filesOf(name)) : filesOf(name));
  expect(report.checks.length).toBeGreaterThan(0);
  expect(report.checks.filter(({ pass }) => !pass)).toEqual([]);
  expect(report.pass).toBe(true);
});

/** The files, and of their outputs only logits, vectors of pictures or sound. `config` replaces the config. */
const withLogitsOnly = (files: ModelFiles, config?: string): ModelFiles =>
  withFewOutputs(
    {
      ...files,
      text: (name, options) =>
        name === 'config.json' && config !== undefined ? Promise.resolve(config) : files.text(name, options),
    },
    // Another shape would be compiled by itself on a GPU; what masks do there the tests of the parts compare.
    ['cpu', 'wasm'].includes(requireBackend())
      ? /logits|pooler_output|waveform/
      : /^(?!.*padded).*(logits|pooler_output|waveform)/,
  );

test.runIf(requireBackend() === 'wasm').each(names)('%s: a config in older words gives the same logits', async name => {
  const files = filesOf(name);
  const hubConfig = await files.text('config.hub.json', {});
  if (hubConfig === undefined || name === 'qwen3-next') return; // says it once, or has no logits to compare
  const report = await parity(withLogitsOnly(files, hubConfig));
  expect(report.checks.filter(({ pass }) => !pass)).toEqual([]);
  expect(report.pass).toBe(true);
});
