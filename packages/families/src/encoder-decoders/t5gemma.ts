import {
  type CrossAttention,
  crossAttention,
  type SelfAttention,
  selfAttention,
  slidingWindow,
} from '@residual/attention';
import { tokenEmbedding } from '@residual/embeddings';
import { type Dropout, linear, type RmsNorm, rmsNormAroundOne } from '@residual/layers';
import { gatedMlp } from '@residual/mlp';
import {
  crossStack,
  encoderDecoder,
  type InputParts,
  sandwichBlock,
  sandwichCrossBlock,
  stack,
} from '@residual/transformer';
import { type Config, ConfigReader } from '../config/config.js';
import { rotaryOf } from '../config/rope.js';
import type { Family, SequenceToSequenceComposition } from '../family.js';
import { capOf, softCap } from '../parts/causal-model.js';
import { causalMask, layerWindows, windowOf } from '../parts/layer-types.js';
import { llamaAttention, llamaMlp, moduleNames } from '../parts/names.js';
import { type DecoderSizes, decoderSizes, headsOf } from '../parts/sizes.js';
import { normThenDropout } from './norm-then-dropout.js';

/** T5Gemma (Zhang et al. 2025): an encoder and a decoder of Gemma 2, which may differ in size. */
export const t5gemma: Family<SequenceToSequenceComposition> = {
  name: 't5gemma',
  modelTypes: ['t5gemma'],
  architectures: ['T5GemmaForConditionalGeneration', 'T5GemmaModel'],
  compose: (fields, { ignoreConfig = [] } = {}) => {
    const config = new ConfigReader('t5gemma', fields);
    const dropouts = { dropout: config.dropout('dropout_rate'), attentionDropout: config.dropout('attention_dropout') };
    const [encoder, decoder] = (['encoder', 'decoder'] as const).map(name =>
      sideOf(sideConfig(config, name), dropouts, ignoreConfig),
    ) as [Side, Side];
    const tied = config.flag('tie_word_embeddings', true);
    config.refuseUnread(['classifier_dropout_rate', 'vocab_size', ...ignoreConfig]);
    const { modelDim, vocab, depth, heads, maxPositions } = decoder.sizes;
    const memoryDim = encoder.sizes.modelDim;
    const model = encoderDecoder({
      source: encoder.input,
      target: decoder.input,
      encoder: stack({ block: encoder.windows.map(window => encoderBlock(encoder, window)), norm: encoder.finalNorm }),
      decoder: crossStack({
        block: decoder.windows.map(window => decoderBlock(decoder, memoryDim, window)),
        norm: decoder.finalNorm,
      }),
      onLogits: softCap(decoder.logitsCap),
      ...(!tied && { head: linear({ in: modelDim, out: vocab, bias: false, role: 'unembedding' }) }),
    });
    const { depth: encoderDepth, heads: encoderHeads } = encoder.sizes;
    return { kind: 'seq2seq-lm', model, maxPositions, openEnded: true, depth, heads, encoderDepth, encoderHeads };
  },
  prefix: 'model.',
  mappings: [
    { checkpointName: 'encoder.embed_tokens.weight', path: 'source.embedding.weight' },
    { checkpointName: 'decoder.embed_tokens.weight', path: 'target.embedding.weight' },
    { checkpointName: 'encoder.norm.weight', path: 'encoder.norm.weight' },
    { checkpointName: 'decoder.norm.weight', path: 'decoder.norm.weight' },
    { checkpointName: '/lm_head.out_proj.weight', path: 'head.weight' },
    .../* @__PURE__ */ blockNames('encoder'),
    .../* @__PURE__ */ blockNames('decoder'),
  ],
  buffers: [],
  aliases: { 'model.decoder.embed_tokens.weight': 'lm_head.out_proj.weight' },
  head: 'lm_head.out_proj.weight',
};

/** The names in the blocks of a side. */
function blockNames(side: 'encoder' | 'decoder') {
  const names = {
    pre_self_attn_layernorm: 'attentionNorm',
    post_self_attn_layernorm: 'attentionOutputNorm',
    pre_cross_attn_layernorm: 'crossAttentionNorm',
    post_cross_attn_layernorm: 'crossAttentionOutputNorm',
    'cross_attn.q_proj': 'crossAttention.query',
    'cross_attn.k_proj': 'crossAttention.key',
    'cross_attn.v_proj': 'crossAttention.value',
    'cross_attn.o_proj': 'crossAttention.output',
    pre_feedforward_layernorm: 'mlpNorm',
    post_feedforward_layernorm: 'mlpOutputNorm',
    ...llamaAttention,
    ...llamaMlp,
  };
  return moduleNames(names, { checkpoint: `${side}.layers.*.`, tree: `${side}.layers.*.` });
}

/** The parts of the encoder or the decoder. */
interface Side {
  readonly sizes: DecoderSizes;
  readonly input: InputParts;
  readonly norm: RmsNorm;
  readonly finalNorm: RmsNorm;
  readonly mlp: ReturnType<typeof gatedMlp>;
  readonly dropout: Dropout | undefined;
  /** The window of each layer; undefined for those that see all positions. */
  readonly windows: readonly (number | undefined)[];
  /** What self- and cross-attention share. */
  readonly attention: Parameters<typeof crossAttention>[0];
  readonly positionEncoding: ReturnType<typeof rotaryOf>;
  readonly logitsCap: number | undefined;
}

function sideConfig(config: ConfigReader, name: 'encoder' | 'decoder'): ConfigReader {
  const value = config.value(name) ?? {};
  if (typeof value !== 'object' || Array.isArray(value)) return config.refuse(name, value, 'an object');
  return new ConfigReader(`t5gemma: ${name}`, value as Config);
}

/** The parts of a side from its config; the rates of dropout are those of the whole model. */
function sideOf(
  config: ConfigReader,
  {
    dropout,
    attentionDropout,
  }: { readonly dropout: Dropout | undefined; readonly attentionDropout: Dropout | undefined },
  ignoreConfig: readonly string[],
): Side {
  const sizes = decoderSizes(config, {
    modelDim: 2304,
    hiddenDim: 9216,
    depth: 26,
    heads: 8,
    kvHeads: 4,
    headDim: 256,
    maxPositions: 8192,
    vocab: 256000,
  });
  const { modelDim, hiddenDim, depth, vocab } = sizes;
  const norm = rmsNormAroundOne({ dim: modelDim, epsilon: config.number('rms_norm_eps', 1e-6) });
  const cap = capOf(config, 'attn_logit_softcapping', 50);
  const window = windowOf(config, 4096);
  const attention = {
    ...headsOf(sizes),
    bias: config.flag('attention_bias', false),
    scale: config.number('query_pre_attn_scalar', 256) ** -0.5,
    ...(cap && { softCap: cap }),
    dropout: attentionDropout,
  };
  const activation = config.activation('hidden_activation', 'gelu_pytorch_tanh');
  const padTokenId = config.tokenId('pad_token_id') ?? 0;
  const side = {
    sizes,
    input: {
      embedding: tokenEmbedding({ vocab, dim: modelDim, scale: Math.sqrt(modelDim), padTokenId }),
      afterEmbedding: dropout,
    },
    norm,
    finalNorm: normThenDropout(norm, dropout),
    mlp: gatedMlp({ modelDim, hiddenDim, activation, bias: false, dropout }),
    dropout,
    windows: layerWindows(config, depth, { window, isWindowed: i => i % 2 === 0 }),
    attention,
    positionEncoding: rotaryOf(config, sizes),
    logitsCap: capOf(config, 'final_logit_softcapping', 30),
  };
  // The others follow from the whole config.
  config.refuseUnread(['dropout_rate', 'attention_dropout', 'tie_word_embeddings', ...ignoreConfig]);
  return side;
}

function encoderBlock({ norm, attention, positionEncoding, mlp, dropout }: Side, window: number | undefined) {
  const mask = window === undefined ? {} : { mask: slidingWindow(window + 1) }; // `window` positions on either side
  const attend: SelfAttention = selfAttention({ ...attention, ...mask, positionEncoding });
  return sandwichBlock({ norm, attention: attend, mlp, dropout });
}

function decoderBlock(
  { norm, attention, positionEncoding, mlp, dropout }: Side,
  memoryDim: number,
  window: number | undefined,
) {
  const attend = selfAttention({ ...attention, mask: causalMask(window), positionEncoding });
  const cross: CrossAttention = crossAttention({ ...attention, memoryDim });
  return sandwichCrossBlock({ norm, attention: attend, crossAttention: cross, mlp, dropout });
}
