import { extent, memoryExtent } from '@residual/attention';
import type { Weights } from '@residual/layers';
import { expectOptions, tensor, tidy } from '@residual/tensor';
import { type CrossPart, type EncoderDecoder, headReader, type Part } from '@residual/transformer';
import type { PairBatch } from '../data/pairs.js';
import { ignored } from '../data/token-batch.js';
import type { Objective } from '../loop/objective.js';
import { expectRoom, inChunks, type LanguageLossOptions, languageLossNames } from './next-token.js';

/** The mean loss of writing each target token after its source and the tokens before it, for any encoder-decoder: an objective for `train`. */
export function translation<Model extends EncoderDecoder<Part, CrossPart>>(
  model: Model,
  options: LanguageLossOptions = {},
): Objective<Weights<Model>, PairBatch> {
  expectOptions('translation', options, languageLossNames);
  return {
    tokens: ({ labels }) => labels.reduce((count, label) => count + (label === ignored ? 0 : 1), 0),
    loss: (weights, { rows, sourceLength, targetLength, source, target, lengths, labels }, scope) => {
      expectRoom('translation', Math.max(sourceLength, targetLength), options);
      return tidy(() =>
        inChunks(labels, options, reader => {
          const seen = scope
            .with(memoryExtent, { keyLength: tensor(lengths, [rows], 'int32') })
            .with(extent, undefined);
          const inputs = {
            source: tensor(source, [rows, sourceLength], 'int32'),
            target: tensor(target, [rows, targetLength], 'int32'),
          };
          return model(weights, inputs, seen.with(headReader, reader));
        }),
      );
    },
  };
}
