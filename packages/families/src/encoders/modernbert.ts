import { selfAttention, slidingWindow } from '@residual/attention';
import { rotary, tokenEmbedding } from '@residual/embeddings';
import { activation, layerNorm, linear, sequential } from '@residual/layers';
import { gatedMlp } from '@residual/mlp';
import { firstToken, meanOfTokens, stack, transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { rotaryFromConfig } from '../config/rope.js';
import type { Family, TextComposition } from '../family.js';
import { composeText } from '../text/compose-text.js';
import { allTasks, architecturesOf } from '../text/text-tasks.js';
import { activationLayer } from './bert-parts.js';
import { decoderMappings, moduleMappings } from './mappings.js';

/**
 * ModernBERT (Warner et al. 2024): pre-norm blocks with rotary positions and gated MLPs; most attend to a window around
 * each token.
 */
export const modernbert: Family<TextComposition> = /* @__PURE__ */ modernbertFamily();

function modernbertFamily(): Family<TextComposition> {
  return {
    name: 'modernbert',
    modelTypes: ['modernbert'],
    architectures: architecturesOf('ModernBert', allTasks),
    compose: (config, { ignoreConfig = [] } = {}) => {
      const reader = new ConfigReader('modernbert', config);
      const vocab = reader.size('vocab_size', 50368);
      const depth = reader.depth('num_hidden_layers', 22);
      const modelDim = reader.size('hidden_size', 768);
      const epsilon = reader.number('norm_eps', 1e-5);
      const norm = layerNorm({ dim: modelDim, epsilon, bias: reader.flag('norm_bias', false) });
      const { blocks, sizes } = blocksOf(reader, { modelDim, depth, norm });
      const headBias = reader.flag('classifier_bias', false);
      const headActivation = reader.activation('classifier_activation', 'gelu');
      const transform = () => ({
        dense: linear({ in: modelDim, out: modelDim, bias: headBias }),
        activation: activationLayer(headActivation),
        norm,
      });
      const classify = (labels: number) => ({
        dropout: reader.dropout('classifier_dropout'),
        classifier: linear({ in: modelDim, out: labels }),
      });
      const pooling = reader.value('classifier_pooling') ?? 'cls';
      if (pooling !== 'cls' && pooling !== 'mean') return reader.refuse('classifier_pooling', pooling, 'cls or mean');
      const pool = pooling === 'cls' ? firstToken() : meanOfTokens();
      const [tied, decoderBias] = [reader.flag('tie_word_embeddings', true), reader.flag('decoder_bias', true)];
      const untied = () => ({ head: linear({ in: modelDim, out: vocab, bias: decoderBias, role: 'unembedding' }) });
      const ofTokens = (labels: number) => sequential({ ...transform(), ...classify(labels) });
      const padTokenId = reader.tokenId('pad_token_id') ?? 50283;
      return composeText(reader, {
        className: 'ModernBert',
        input: {
          embedding: tokenEmbedding({ vocab, dim: modelDim, padTokenId }),
          afterEmbedding: sequential({ norm, dropout: reader.dropout('embedding_dropout') }),
        },
        blocks: { encoder: stack({ block: blocks, norm }) },
        heads: {
          'masked-lm': () => ({
            transform: sequential(transform()),
            ...(tied ? { logitsBias: decoderBias } : untied()),
          }),
          'sequence-classification': labels => sequential({ pool, ...transform(), ...classify(labels) }),
          'token-classification': ofTokens,
          'question-answering': ofTokens,
        },
        sizes,
        ignoredFields: [...ignoredFields, ...ignoreConfig],
      });
    },
    prefix: 'model.',
    mappings: [
      ...moduleMappings({
        'embeddings.tok_embeddings': 'embedding',
        'embeddings.norm': 'onEmbedded.norm',
        final_norm: 'encoder.norm',
      }),
      ...['weight', 'bias'].flatMap(leaf => [
        {
          checkpointName: `layers.*.attn.Wqkv.${leaf}`,
          path: ['query', 'key', 'value'].map(part => `encoder.layers.*.attention.${part}.${leaf}`),
        },
        {
          checkpointName: `layers.*.mlp.Wi.${leaf}`,
          path: ['gate', 'up'].map(part => `encoder.layers.*.mlp.${part}.${leaf}`),
        },
        // The head has one name for both uses.
        ...['dense', 'norm'].flatMap(part => [
          { checkpointName: `/head.${part}.${leaf}`, path: `transform.${part}.${leaf}` },
          { checkpointName: `/head.${part}.${leaf}`, path: `head.${part}.${leaf}` },
        ]),
      ]),
      ...moduleMappings(
        { attn_norm: 'attentionNorm', 'attn.Wo': 'attention.output', mlp_norm: 'mlpNorm', 'mlp.Wo': 'mlp.down' },
        { from: 'layers.*.', to: 'encoder.layers.*.' },
      ),
      ...moduleMappings({ '/classifier': 'head.classifier' }),
      ...decoderMappings('/decoder.weight', '/decoder.bias'),
    ],
    buffers: [],
    aliases: { 'model.embeddings.tok_embeddings.weight': 'decoder.weight' },
    head: 'decoder.weight',
  };
}

/** The blocks, each with its window and its rotary base; the first has no norm before its attention. */
function blocksOf(
  reader: ConfigReader,
  { modelDim, depth, norm }: { modelDim: number; depth: number; norm: ReturnType<typeof layerNorm> },
) {
  const heads = reader.size('num_attention_heads', 12);
  const maxPositions = reader.maxPositions('max_position_embeddings', 8192);
  const window = slidingWindow(Math.floor(reader.size('local_attention', 128) / 2) + 1); // on either side
  const dropout = reader.dropout('attention_dropout');
  const bias = reader.flag('attention_bias', false);
  const mlp = gatedMlp({
    modelDim,
    hiddenDim: reader.size('intermediate_size', 1152),
    activation: reader.activation('hidden_activation', 'gelu'),
    bias: reader.flag('mlp_bias', false),
    dropout: reader.dropout('mlp_dropout'),
  });
  const headDim = modelDim / heads;
  const positions = rotaryByType(reader, { headDim, maxPositions });
  const attentions = {
    full_attention: selfAttention({ modelDim, heads, bias, dropout, positionEncoding: positions.full_attention }),
    sliding_attention: selfAttention({
      modelDim,
      heads,
      bias,
      dropout,
      mask: window,
      positionEncoding: positions.sliding_attention,
    }),
  };
  const blocks = layerTypesOf(reader, depth).map((type, i) =>
    transformerBlock({
      norm,
      attentionNorm: i === 0 ? activation('identity') : undefined,
      attention: attentions[type],
      mlp,
    }),
  );
  return { blocks, sizes: { maxPositions, openEnded: true, depth, heads } };
}

type LayerType = 'full_attention' | 'sliding_attention';

/** The type of each block: `layer_types`, or full attention in every nth one. */
function layerTypesOf(reader: ConfigReader, depth: number): readonly LayerType[] {
  const every = reader.size('global_attn_every_n_layers', 3);
  const types = reader.value('layer_types');
  if (types === undefined)
    return Array.from({ length: depth }, (_, i) => (i % every === 0 ? 'full_attention' : 'sliding_attention'));
  const isType = (type: unknown) => type === 'full_attention' || type === 'sliding_attention';
  if (Array.isArray(types) && types.length === depth && types.every(isType)) return types as LayerType[];
  return reader.refuse('layer_types', types, `full_attention or sliding_attention for each of ${depth} layers`);
}

/** The rotary positions of both types: from `rope_parameters`, or in older files from a base for each. */
function rotaryByType(reader: ConfigReader, { headDim, maxPositions }: { headDim: number; maxPositions: number }) {
  const parameters = (reader.value('rope_parameters') ?? {}) as Readonly<Record<string, unknown>>;
  reader.expectValue('rope_scaling', undefined);
  const unknown = Object.keys(parameters).find(name => !/^(full|sliding)_attention$/.test(name));
  if (unknown !== undefined) reader.refuse(`rope_parameters.${unknown}`, parameters[unknown], 'absent');
  const positionsOf = (type: LayerType, olderName: string, base: number) => {
    const theta = reader.number(olderName, base);
    const own = { rope_theta: theta, ...(parameters[type] as object | undefined) };
    const scaled = rotaryFromConfig(new ConfigReader('modernbert', { rope_parameters: own }), maxPositions);
    return rotary({ headDim, storedPositions: maxPositions, ...scaled });
  };
  return {
    full_attention: positionsOf('full_attention', 'global_rope_theta', 160000),
    sliding_attention: positionsOf('sliding_attention', 'local_rope_theta', 10000),
  };
}

/** Fields about training, other implementations or other tasks, and those that the reference does not read. */
const ignoredFields: readonly string[] = [
  ...['initializer_cutoff_factor', 'deterministic_flash_attn', 'reference_compile', 'repad_logits_with_grad'],
  ...['sparse_prediction', 'sparse_pred_ignore_index', 'classifier_dropout'],
  ...['layer_norm_eps', 'position_embedding_type', 'sentence_transformers'],
];
