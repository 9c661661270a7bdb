import { causal, crossAttention, selfAttention } from '@residual/attention';
import { rotary, tokenEmbedding } from '@residual/embeddings';
import { activation, convolution1d, groupNorm, layerNorm, linear, sequential } from '@residual/layers';
import { gatedMlp, mlp } from '@residual/mlp';
import { crossBlock, crossStack, encoderDecoder, stack, transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { rotaryFromConfig, rotaryOf } from '../config/rope.js';
import type { Family, SpeechComposition, WeightMapping } from '../family.js';

/**
 * Moonshine (Jeffries et al. 2024): a transformer that reads the samples of a recording of any length, through three
 * convolutions, and writes its text; rotary positions on a part of each head, a gated MLP in the decoder.
 */
export const moonshine: Family<SpeechComposition> = {
  name: 'moonshine',
  modelTypes: ['moonshine'],
  architectures: ['MoonshineForConditionalGeneration', 'MoonshineModel'],
  compose: (fields, { ignoreConfig = [] } = {}) => compose(new ConfigReader('moonshine', fields), ignoreConfig),
  prefix: 'model.',
  mappings: /* @__PURE__ */ mappings(),
  buffers: [],
  aliases: { 'model.decoder.embed_tokens.weight': 'proj_out.weight' },
  head: 'proj_out.weight',
};

function mappings(): WeightMapping[] {
  const leaves = ['weight', 'bias'];
  const both = (checkpointName: string, path: string): WeightMapping[] =>
    leaves.map(leaf => ({ checkpointName: `${checkpointName}.${leaf}`, path: `${path}.${leaf}` }));
  const convolutions = [1, 2, 3].flatMap((i): WeightMapping[] => [
    { checkpointName: `encoder.conv${i}.weight`, path: `source.features.convolution${i}.weight`, inAxes: [1, 0] },
    { checkpointName: `encoder.conv${i}.bias`, path: `source.features.convolution${i}.bias` },
  ]);
  const attention = (stored: string, own: string) =>
    Object.entries({ q: 'query', k: 'key', v: 'value', o: 'output' }).flatMap(([letter, name]) =>
      both(`${stored}.${letter}_proj`, `${own}.${name}`),
    );
  const layers = (side: string) => `${side}.layers.*`;
  const [encoder, decoder] = [layers('encoder'), layers('decoder')];
  return [
    ...convolutions,
    ...both('encoder.groupnorm', 'source.features.norm'),
    ...attention(`${encoder}.self_attn`, `${encoder}.attention`),
    ...both(`${encoder}.input_layernorm`, `${encoder}.attentionNorm`),
    ...both(`${encoder}.post_attention_layernorm`, `${encoder}.mlpNorm`),
    ...both(`${encoder}.mlp.fc1`, `${encoder}.mlp.up`),
    ...both(`${encoder}.mlp.fc2`, `${encoder}.mlp.down`),
    ...both('encoder.layer_norm', 'encoder.norm'),
    { checkpointName: 'decoder.embed_tokens.weight', path: 'target.embedding.weight' },
    ...attention(`${decoder}.self_attn`, `${decoder}.attention`),
    ...attention(`${decoder}.encoder_attn`, `${decoder}.crossAttention`),
    ...both(`${decoder}.input_layernorm`, `${decoder}.attentionNorm`),
    ...both(`${decoder}.post_attention_layernorm`, `${decoder}.crossAttentionNorm`),
    ...both(`${decoder}.final_layernorm`, `${decoder}.mlpNorm`),
    ...leaves.map(leaf => ({
      checkpointName: `${decoder}.mlp.fc1.${leaf}`,
      path: [`${decoder}.mlp.up.${leaf}`, `${decoder}.mlp.gate.${leaf}`],
    })),
    ...both(`${decoder}.mlp.fc2`, `${decoder}.mlp.down`),
    ...both('decoder.norm', 'decoder.norm'),
    { checkpointName: '/proj_out.weight', path: 'head.weight' },
  ];
}

function compose(config: ConfigReader, ignoreConfig: readonly string[]): SpeechComposition {
  const modelDim = config.size('hidden_size', 288);
  const hiddenDim = config.size('intermediate_size', 1152);
  const vocab = config.size('vocab_size', 32768);
  const maxPositions = config.maxPositions('max_position_embeddings', 512);
  const qkvBias = config.flag('attention_bias', false);
  const bias = { query: qkvBias, key: qkvBias, value: qkvBias, output: false };
  const dropout = config.dropout('attention_dropout');
  const [encoder, decoder] = [sideOf(config, 'encoder', 'gelu'), sideOf(config, 'decoder', 'silu')];
  const attentionOf = (heads: number) => {
    const positionEncoding = positions(config, modelDim / heads, maxPositions);
    return { modelDim, heads, bias, dropout, positionEncoding };
  };
  const [encoderAttention, decoderAttention] = [attentionOf(encoder.heads), attentionOf(decoder.heads)];
  const tied = config.flag('tie_word_embeddings', true);
  const padTokenId = config.tokenId('pad_token_id');
  config.refuseUnread([...fieldsWithoutEffect, ...ignoreConfig]);

  const norm = layerNorm({ dim: modelDim, bias: false });
  const encoderBlock = transformerBlock({
    norm,
    attention: selfAttention(encoderAttention),
    mlp: mlp({ modelDim, hiddenDim, activation: encoder.activation }),
  });
  const decoderBlock = crossBlock({
    norm,
    attention: selfAttention({ ...decoderAttention, mask: causal() }),
    crossAttention: crossAttention({ modelDim, heads: decoder.heads, bias, dropout }),
    mlp: gatedMlp({ modelDim, hiddenDim, activation: decoder.activation, bias: true }),
  });
  const model = encoderDecoder({
    source: {
      features: sequential({
        convolution1: convolution1d({ in: 1, out: modelDim, kernelSize: 127, stride: 64, bias: false }),
        activation1: activation('tanh'),
        norm: groupNorm({ dim: modelDim, groups: 1 }),
        convolution2: convolution1d({ in: modelDim, out: 2 * modelDim, kernelSize: 7, stride: 3 }),
        activation2: activation('gelu'),
        convolution3: convolution1d({ in: 2 * modelDim, out: modelDim, kernelSize: 3, stride: 2 }),
        activation3: activation('gelu'),
      }),
    },
    target: { embedding: tokenEmbedding({ vocab, dim: modelDim, ...(padTokenId !== undefined && { padTokenId }) }) },
    encoder: stack({ block: encoderBlock, depth: encoder.depth, norm }),
    decoder: crossStack({ block: decoderBlock, depth: decoder.depth, norm }),
    ...(!tied && { head: linear({ in: modelDim, out: vocab, bias: false, role: 'unembedding' }) }),
  });
  return {
    kind: 'speech-seq2seq',
    model,
    source: { kind: 'samples' },
    maxPositions,
    openEnded: true,
    depth: decoder.depth,
    heads: decoder.heads,
    encoderDepth: encoder.depth,
    encoderHeads: encoder.heads,
  };
}

/** The sizes of one side. Errors if heads share keys and values, which the reference cannot compute. */
function sideOf(config: ConfigReader, side: 'encoder' | 'decoder', activation: string) {
  const heads = config.size(`${side}_num_attention_heads`, 8);
  const kvHeads = config.size(`${side}_num_key_value_heads`, heads);
  if (kvHeads !== heads) config.refuse(`${side}_num_key_value_heads`, kvHeads, `${heads}, as many as there are heads`);
  return {
    heads,
    depth: config.depth(`${side}_num_hidden_layers`, 6),
    activation: config.activation(`${side}_hidden_act`, activation),
  };
}

/**
 * Rotary positions on a part of each head, pairs being neighbours. Where that part is odd, one entry more is rotated,
 * by the frequencies of the odd width.
 */
function positions(config: ConfigReader, headDim: number, maxPositions: number) {
  const fields = { fraction: 0.9, interleaved: true, headDim, maxPositions };
  const { base, scaling, fraction = 1 } = rotaryFromConfig(config, maxPositions, fields);
  const width = Math.floor(headDim * fraction);
  if (width % 2 === 0 || scaling) return rotaryOf(config, fields);
  const frequencies = Array.from({ length: (width + 1) / 2 }, (_, i) => base ** ((-2 * i) / width));
  const rotaryDim = width + 1;
  return rotary({ headDim, rotaryDim, storedPositions: maxPositions, interleaved: true, frequencies });
}

/** Fields that only affect how the reference computes, or that repeat other fields. */
const fieldsWithoutEffect: readonly string[] = [
  'pad_head_dim_to_multiple_of',
  'num_attention_heads',
  'num_key_value_heads',
  'num_hidden_layers',
  'hidden_act',
];
