import { linear, sequential } from '@residual/layers';
import { lastToken, type TextModel, withHead } from '@residual/transformer';
import { type Config, ConfigReader } from '../config/config.js';
import type { Composition, Family, TextComposition } from '../family.js';
import { labelsOf, problemTypeOf } from './text-tasks.js';

/**
 * The family for a config: `family` itself, or for a decoder whose `architectures` name a classifier, a family of that
 * decoder with the head of the classifier in the place of that of the language model.
 */
export function familyForTask<F extends Family>(family: F, { architectures }: Config): F {
  const [name] = Array.isArray(architectures) ? architectures : [];
  if (typeof name !== 'string') return family;
  const [, className] = /^(.+)ForSequenceClassification$/.exec(name) ?? [];
  const isDecoder = ['ForCausalLM', 'LMHeadModel'].some(end => family.architectures.includes(`${className}${end}`));
  if (className === undefined || !isDecoder || family.architectures.includes(name)) return family;
  const classifier: Family<TextComposition> = {
    ...family,
    architectures: [name],
    compose: (config, options) => {
      const body = bodyOf(family.compose(config, options));
      return body ? withClassifier(body, new ConfigReader(family.name, config)) : refuse(family, config);
    },
    mappings: [...family.mappings, { checkpointName: '/score.weight', path: 'head.score.weight' }],
    // It has no head of a language model, which a file need not contain.
    ...{ head: undefined, gguf: undefined },
  };
  return classifier as unknown as F;
}

type Body = Pick<TextComposition, 'maxPositions' | 'openEnded' | 'depth' | 'heads'> & { readonly body: TextModel };

function bodyOf(composition: Composition): Body | undefined {
  if (composition.kind !== 'causal-lm') return undefined;
  const { maxPositions, openEnded = false, depth, heads, model } = composition;
  return { body: model.body, maxPositions, openEnded, depth, heads };
}

function refuse({ name }: Family, config: Config): never {
  return new ConfigReader(name, config).refuse('architectures', config.architectures, 'those of a language model');
}

/** The decoder with a head that scores the labels by the last token that is no padding. */
function withClassifier({ body, ...sizes }: Body, config: ConfigReader): TextComposition {
  const labels = labelsOf(config);
  const problemType = problemTypeOf(config);
  const [architecture] = config.value('architectures') as readonly [string];
  const head = sequential({
    pool: lastToken({ padTokenId: config.tokenId('pad_token_id') }),
    score: linear({ in: body.dim, out: labels.length, bias: false }),
  });
  const given = { architecture, labels, ...(problemType && { problemType }) };
  return { kind: 'sequence-classification', model: withHead(body, head), side: 'decoder', ...given, ...sizes };
}
