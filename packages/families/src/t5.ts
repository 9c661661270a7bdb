import { causal, crossAttention, selfAttention } from '@residual/attention';
import { relativePositions, tokenEmbedding } from '@residual/embeddings';
import { dropout, linear, rmsNorm } from '@residual/layers';
import { gatedMlp, mlp } from '@residual/mlp';
import { crossBlock, crossStack, encoderDecoder, type Part, stack, transformerBlock } from '@residual/transformer';
import { ConfigReader } from './config.js';
import type { Family, Row, SequenceToSequenceComposition } from './family.js';
import { normThenDropout } from './norm-then-dropout.js';

/** T5 (Raffel et al. 2020) and T5 1.1, FLAN-T5: relative positions shared by all blocks of a side, scores without a scale, no biases. */
export const t5: Family<SequenceToSequenceComposition> = /* @__PURE__ */ t5Family('t5', 'T5', {
  tied: true,
  feedForward: 'relu',
  mayScale: true,
});

/** mT5 (Xue et al. 2021): T5 1.1, which never scales the decoder's output. */
export const mt5: Family<SequenceToSequenceComposition> = /* @__PURE__ */ t5Family('mt5', 'MT5', {
  tied: false,
  feedForward: 'gated-gelu',
  mayScale: false,
});

interface Defaults {
  readonly tied: boolean;
  readonly feedForward: string;
  /** Whether the decoder's output may be multiplied by 1 / √modelDim before the head. */
  readonly mayScale: boolean;
}

/** No table of positions bounds the length. */
const unbounded = 2 ** 31 - 1;

function t5Family(name: string, prefix: string, defaults: Defaults): Family<SequenceToSequenceComposition> {
  return {
    name,
    modelTypes: [name],
    architectures: [`${prefix}ForConditionalGeneration`, `${prefix}Model`],
    compose: (fields, { ignoreConfig = [] } = {}) => compose(defaults, new ConfigReader(name, fields), ignoreConfig),
    prefix: '',
    rows,
    buffers: [/EncDecAttention\.relative_attention_bias\.weight$/],
    aliases: { 'shared.weight': ['encoder.embed_tokens.weight', 'decoder.embed_tokens.weight', 'lm_head.weight'] },
  };
}

function compose(
  { tied: tiedByDefault, feedForward, mayScale }: Defaults,
  config: ConfigReader,
  ignoreConfig: readonly string[],
): SequenceToSequenceComposition {
  const modelDim = config.size('d_model', 512);
  const headDim = config.size('d_kv', 64);
  const heads = config.size('num_heads', 8);
  const encoderDepth = config.size('num_layers', 6);
  const depth = config.size('num_decoder_layers', encoderDepth);
  const vocab = config.size('vocab_size', 32128);
  const buckets = config.size('relative_attention_num_buckets', 32);
  const maxDistance = config.size('relative_attention_max_distance', 128);
  const rate = config.rate('dropout_rate');
  const drop = rate > 0 ? dropout({ rate }) : undefined;
  const norm = rmsNorm({ dim: modelDim, epsilon: config.number('layer_norm_epsilon', 1e-6) });
  const perceptron = perceptronOf(config, { modelDim, feedForward, drop });
  const tied = config.flag('tie_word_embeddings', tiedByDefault);
  const scales = mayScale && config.flag('scale_decoder_outputs', tied);
  if (!mayScale) config.only('scale_decoder_outputs', false);
  config.finish([...silentFields, ...ignoreConfig]);

  const settings = { modelDim, heads, headDim, bias: false, scale: 1, dropout: drop };
  const embedding = tokenEmbedding({ vocab, dim: modelDim });
  const positions = { heads, buckets, maxDistance };
  const last = normThenDropout(norm, drop);
  const model = encoderDecoder({
    source: { embedding, onEmbedded: drop },
    encoder: stack({
      block: transformerBlock({ norm, attention: selfAttention(settings), mlp: perceptron, dropout: drop }) as Part,
      depth: encoderDepth,
      norm: last,
      positions: relativePositions({ ...positions, bidirectional: true }),
    }),
    decoder: crossStack({
      block: crossBlock({
        norm,
        attention: selfAttention({ ...settings, mask: causal() }),
        crossAttention: crossAttention(settings),
        mlp: perceptron,
        dropout: drop,
      }),
      depth,
      norm: last,
      positions: relativePositions(positions),
    }),
    ...(scales && { headScale: 1 / Math.sqrt(modelDim) }),
    ...(!tied && { head: linear({ in: modelDim, out: vocab, bias: false, role: 'unembedding' }) }),
  });
  return { kind: 'seq2seq-lm', model, positions: unbounded, depth, heads, encoderDepth, encoderHeads: heads };
}

function perceptronOf(
  config: ConfigReader,
  {
    modelDim,
    feedForward,
    drop,
  }: { modelDim: number; feedForward: string; drop: ReturnType<typeof dropout> | undefined },
): Part {
  const written = String(config.value('feed_forward_proj') ?? feedForward);
  const gated = written.startsWith('gated-');
  const act = written.replace('gated-', '');
  const activation = config.activationNamed('feed_forward_proj', written === 'gated-gelu' ? 'gelu_new' : act);
  config.only('is_gated_act', gated);
  config.value('dense_act_fn'); // follows from feed_forward_proj, as the reference computes it
  const options = { modelDim, hiddenDim: config.size('d_ff', 2048), activation, bias: false, dropout: drop };
  return gated ? gatedMlp(options) : mlp(options);
}

const projections = (theirs: string, ours: string): Row[] =>
  Object.entries({ q: 'query', k: 'key', v: 'value', o: 'output' }).map(([short, long]) => ({
    theirs: `${theirs}.${short}.weight`,
    ours: `${ours}.${long}.weight`,
  }));

const side = (name: 'encoder' | 'decoder', perceptron: number): Row[] => {
  const [theirs, ours] = [`${name}.block.*.layer`, `${name}.layers.*`];
  const dense = `${theirs}.${perceptron}.DenseReluDense`;
  return [
    {
      theirs: `${name}.block.0.layer.0.SelfAttention.relative_attention_bias.weight`,
      ours: `${name}.positions.weight`,
    },
    ...projections(`${theirs}.0.SelfAttention`, `${ours}.attention`),
    { theirs: `${theirs}.0.layer_norm.weight`, ours: `${ours}.attentionNorm.weight` },
    { theirs: `${dense}.wi_0.weight`, ours: `${ours}.mlp.gate.weight` },
    { theirs: `${dense}.wi_1.weight`, ours: `${ours}.mlp.up.weight`, beside: `${ours}.mlp.gate.weight` },
    { theirs: `${dense}.wi.weight`, ours: `${ours}.mlp.up.weight` },
    { theirs: `${dense}.wo.weight`, ours: `${ours}.mlp.down.weight` },
    { theirs: `${theirs}.${perceptron}.layer_norm.weight`, ours: `${ours}.mlpNorm.weight` },
    { theirs: `${name}.final_layer_norm.weight`, ours: `${name}.norm.weight` },
  ];
};

const rows: readonly Row[] = [
  { theirs: 'shared.weight', ours: 'source.embedding.weight' },
  ...side('encoder', 1),
  ...side('decoder', 2),
  ...projections('decoder.block.*.layer.1.EncDecAttention', 'decoder.layers.*.crossAttention'),
  { theirs: 'decoder.block.*.layer.1.layer_norm.weight', ours: 'decoder.layers.*.crossAttentionNorm.weight' },
  { theirs: 'lm_head.weight', ours: 'head.weight' },
];

/** Fields that leave the numbers alone here: `n_positions` bounded the training, the others are of training. */
const silentFields: readonly string[] = [
  'n_positions',
  'initializer_factor',
  'classifier_dropout',
  'num_hidden_layers',
  'output_past',
];
