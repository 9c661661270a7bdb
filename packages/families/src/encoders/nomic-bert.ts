import { selfAttention } from '@residual/attention';
import { rotary } from '@residual/embeddings';
import { gatedMlp } from '@residual/mlp';
import { postNormBlock, stack } from '@residual/transformer';
import { type Config, ConfigReader } from '../config/config.js';
import { rotaryFromConfig } from '../config/rope.js';
import type { Family, TextComposition } from '../family.js';
import { composeText } from '../text/compose-text.js';
import { architecturesOf, tasksWithoutAnswers } from '../text/text-tasks.js';
import {
  bertClassifier,
  bertFields,
  bertInput,
  bertMaskedHead,
  ignoredBertFields,
  tokenClassifier,
} from './bert-parts.js';
import { pretrainingBuffers } from './buffers.js';
import { decoderMappings, moduleMappings } from './mappings.js';

/** Nomic BERT (Nussbaum et al. 2024): BERT with rotary positions and gated MLPs, without biases in its blocks. */
export const nomicBert: Family<TextComposition> = /* @__PURE__ */ nomicBertFamily();

function nomicBertFamily(): Family<TextComposition> {
  return {
    name: 'nomic_bert',
    modelTypes: ['nomic_bert'],
    architectures: architecturesOf('NomicBert', tasksWithoutAnswers),
    compose: (config, { ignoreConfig = [] } = {}) => {
      const reader = new ConfigReader('nomic_bert', withBase(config));
      const fields = bertFields(reader, { vocab: 30528, activation: 'silu', dropout: 0 });
      const { modelDim, depth, heads, hiddenDim, activation, dropout } = fields;
      const headDim = reader.size('head_dim', modelDim / heads);
      const maxPositions = reader.maxPositions('max_position_embeddings', 2048);
      const positionEncoding = rotary({
        headDim,
        storedPositions: maxPositions,
        ...rotaryFromConfig(reader, maxPositions),
      });
      const block = postNormBlock({
        norm: fields.norm(modelDim),
        attention: selfAttention({
          modelDim,
          heads,
          headDim,
          bias: false,
          positionEncoding,
          dropout: fields.attentionDropout,
        }),
        mlp: gatedMlp({ modelDim, hiddenDim, activation }),
        dropout,
      });
      return composeText(reader, {
        className: 'NomicBert',
        input: bertInput(fields, {}),
        blocks: { encoder: stack({ block, depth }) },
        heads: {
          'masked-lm': () => bertMaskedHead(fields),
          'sequence-classification': labels => bertClassifier(fields, labels),
          'token-classification': labels => tokenClassifier(fields, labels),
        },
        sizes: { maxPositions, openEnded: true, depth, heads },
        ignoredFields: [...ignoredBertFields, ...ignoreConfig],
      });
    },
    prefix: 'nomic_bert.',
    mappings: [
      ...moduleMappings({
        'embeddings.word_embeddings': 'embedding',
        'embeddings.token_type_embeddings': 'types',
        emb_ln: 'onEmbedded.norm',
      }),
      {
        checkpointName: 'encoder.layers.*.attn.Wqkv.weight',
        path: ['query', 'key', 'value'].map(part => `encoder.layers.*.attention.${part}.weight`),
      },
      ...moduleMappings(
        {
          'attn.out_proj': 'attention.output',
          norm1: 'attentionNorm',
          'mlp.fc11': 'mlp.up',
          'mlp.fc12': 'mlp.gate',
          'mlp.fc2': 'mlp.down',
          norm2: 'mlpNorm',
        },
        { from: 'encoder.layers.*.', to: 'encoder.layers.*.' },
      ),
      ...moduleMappings({
        '/cls.predictions.transform.dense': 'transform.dense',
        '/cls.predictions.transform.layer_norm': 'transform.norm',
        'pooler.dense': 'head.pooler',
        '/classifier': 'head.classifier',
      }),
      ...decoderMappings('/cls.predictions.decoder.weight', '/cls.predictions.bias'),
    ],
    buffers: pretrainingBuffers([/(^|\.)inv_freq$/]),
    aliases: {
      'nomic_bert.embeddings.word_embeddings.weight': 'cls.predictions.decoder.weight',
      'cls.predictions.bias': 'cls.predictions.decoder.bias',
    },
    head: 'cls.predictions.decoder.weight',
  };
}

/** The config with the base of this family, 1000, where it names none. */
function withBase(config: Config): Config {
  const { rope_theta: base, rope_parameters: parameters } = config;
  const isNamed = base !== undefined || (parameters as { rope_theta?: unknown } | undefined)?.rope_theta !== undefined;
  return isNamed ? config : { ...config, rope_theta: 1000 };
}
