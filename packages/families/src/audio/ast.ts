import { selfAttention } from '@residual/attention';
import { learnedPositions, learnedTokens } from '@residual/embeddings';
import { convolution2d, layer, layerNorm, linear, sequential } from '@residual/layers';
import { mlp } from '@residual/mlp';
import { concat, expectShape, mean, reshape, showShape, sliceAxis, type Tensor, transpose } from '@residual/tensor';
import { audioModel, stack, transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import { moduleMappings } from '../encoders/mappings.js';
import type { AudioComposition, Family } from '../family.js';
import { labelsOf, problemTypeOf } from '../text/text-tasks.js';
import { blockOutputs } from './wav2vec2-parts.js';

const architecture = 'ASTForAudioClassification';

/**
 * The audio spectrogram transformer (Gong et al. 2021): overlapping patches of a log-mel spectrum, a class token and a
 * distillation token, and pre-norm blocks; the mean of the two tokens is classified.
 */
export const ast: Family<AudioComposition> = /* @__PURE__ */ astFamily();

function astFamily(): Family<AudioComposition> {
  return {
    name: 'audio-spectrogram-transformer',
    modelTypes: ['audio-spectrogram-transformer'],
    architectures: [architecture],
    compose: (config, { ignoreConfig = [] } = {}) =>
      compose(new ConfigReader('audio-spectrogram-transformer', config), ignoreConfig),
    prefix: 'audio_spectrogram_transformer.',
    mappings: [
      { checkpointName: 'embeddings.cls_token', path: 'features.classToken.weight', unitAxis: [0, 0] },
      {
        checkpointName: 'embeddings.distillation_token',
        path: 'features.distillationToken.weight',
        unitAxis: [0, 0],
      },
      { checkpointName: 'embeddings.position_embeddings', path: 'positions.weight', unitAxis: 0 },
      {
        checkpointName: 'embeddings.patch_embeddings.projection.weight',
        path: 'features.patches.weight',
        inAxes: [2, 0, 1],
      },
      { checkpointName: 'embeddings.patch_embeddings.projection.bias', path: 'features.patches.bias' },
      ...moduleMappings(
        {
          'attention.attention.query': 'attention.query',
          'attention.attention.key': 'attention.key',
          'attention.attention.value': 'attention.value',
          'attention.output.dense': 'attention.output',
          layernorm_before: 'attentionNorm',
          layernorm_after: 'mlpNorm',
          'intermediate.dense': 'mlp.up',
          'output.dense': 'mlp.down',
        },
        { from: 'encoder.layer.*.', to: 'encoder.layers.*.' },
      ),
      ...moduleMappings({
        layernorm: 'encoder.norm',
        '/classifier.layernorm': 'head.norm',
        '/classifier.dense': 'head.classifier',
      }),
    ],
    buffers: [],
    aliases: {},
    hiddenStatePaths: blockOutputs,
  };
}

function compose(config: ConfigReader, ignoreConfig: readonly string[]): AudioComposition {
  const modelDim = config.size('hidden_size', 768);
  const heads = config.size('num_attention_heads', 12);
  const depth = config.depth('num_hidden_layers', 12);
  const bins = config.size('num_mel_bins', 128);
  const frames = config.size('max_length', 1024);
  const kernelSize = config.size('patch_size', 16);
  const stride = [config.size('frequency_stride', 10), config.size('time_stride', 10)] as const;
  for (const [field, length] of Object.entries({ num_mel_bins: bins, max_length: frames }))
    if (length < kernelSize) config.refuse(field, length, `${kernelSize} or more, the size of a patch`);
  const patches = [bins, frames].reduce((n, length, i) => n * (Math.floor((length - kernelSize) / stride[i]!) + 1), 1);
  const norm = layerNorm({ dim: modelDim, epsilon: config.number('layer_norm_eps', 1e-12) });
  const dropout = config.dropout('hidden_dropout_prob');
  const qkvBias = config.flag('qkv_bias', true);
  const labels = labelsOf(config);
  const problemType = problemTypeOf(config);
  const maxPositions = patches + tokens;
  const model = audioModel({
    features: patchesOf({ modelDim, kernelSize, stride, bins }),
    positionEncoding: learnedPositions({ maxPositions, dim: modelDim }),
    afterEmbedding: dropout,
    encoder: stack({
      block: transformerBlock({
        norm,
        attention: selfAttention({
          modelDim,
          heads,
          bias: { query: qkvBias, key: qkvBias, value: qkvBias, output: true },
          dropout: config.dropout('attention_probs_dropout_prob'),
        }),
        mlp: mlp({
          modelDim,
          hiddenDim: config.size('intermediate_size', 3072),
          activation: config.activation('hidden_act', 'gelu'),
        }),
        dropout,
      }),
      depth,
      norm,
    }),
    head: sequential({
      pool: layer({}, (_, x: Tensor) => mean(sliceAxis(x, 1, 0, tokens), { axis: 1 }), { name: 'meanOfTwoTokens' }),
      norm,
      classifier: linear({ in: modelDim, out: labels.length }),
    }),
  });
  config.refuseUnread(ignoreConfig);
  return {
    kind: 'audio-classification',
    model,
    architecture,
    source: { kind: 'frames', bins, frames },
    labels,
    ...(problemType && { problemType }),
    ...{ maxPositions, depth, heads },
  };
}

/** The class token and the distillation token. */
const tokens = 2;

/** The sizes of patches of a spectrum; the stride is that along the bins and along time. */
interface PatchSizes {
  readonly modelDim: number;
  readonly kernelSize: number;
  readonly stride: readonly [bins: number, time: number];
  readonly bins: number;
}

/** The two tokens and the patches, the lowest bins first: [batch, frames, bins] to [batch, 2 + patches, modelDim]. */
function patchesOf({ modelDim, kernelSize, stride, bins }: PatchSizes) {
  const patches = convolution2d({ in: 1, out: modelDim, kernelSize, stride });
  const [classToken, distillationToken] = [learnedTokens({ dim: modelDim }), learnedTokens({ dim: modelDim })];
  return layer(
    { patches, classToken, distillationToken },
    (w, x: Tensor, scope) => {
      expectShape(
        x.shape[2] === bins && x.shape[1]! >= kernelSize,
        () => `patches: frames ${showShape(x.shape)} are not [batch, frames, ${bins}] of ${kernelSize} frames or more`,
      );
      const [batch, length] = x.shape as [number, number];
      const picture = reshape(transpose(x, [0, 2, 1]), [batch, bins, length, 1]);
      const vectors = reshape(patches(w.patches, picture, scope.at('patches')), [batch, -1, modelDim]);
      const two = [classToken(w.classToken, { batch }), distillationToken(w.distillationToken, { batch })];
      return concat([...two, vectors], 1);
    },
    { name: 'patches', inDim: bins, outDim: modelDim },
  );
}
