import { keyRange, memoryMask } from '@residual/attention';
import type { Weights } from '@residual/layers';
import { expectOptions, tensor, tidy } from '@residual/tensor';
import { type CrossLayer, chunkedHead, type EncoderDecoder, type TensorLayer } from '@residual/transformer';
import type { PairBatch } from '../data/pairs.js';
import { labelCount } from '../data/token-batch.js';
import type { Objective } from '../loop/objective.js';
import {
  expectMaxPositions,
  type LanguageModelLossOptions,
  languageModelLossNames,
  meanChunkedLoss,
} from './language-model-loss.js';

/** The mean cross-entropy of target tokens given the source, as an objective for `train`, for any encoder-decoder. */
export function sequenceToSequenceLoss<Model extends EncoderDecoder<TensorLayer, CrossLayer>>(
  model: Model,
  options: LanguageModelLossOptions = {},
): Objective<Weights<Model>, PairBatch> {
  expectOptions('sequenceToSequenceLoss', options, languageModelLossNames);
  return {
    tokens: labelCount,
    loss: (weights, { sequences, sourceLength, targetLength, source, target, sourceLengths, labels }, scope) => {
      expectMaxPositions('sequenceToSequenceLoss', Math.max(sourceLength, targetLength), options);
      return tidy(() =>
        meanChunkedLoss(labels, options, head => {
          const maskedScope = scope
            .with(memoryMask, { keyEnd: tensor(sourceLengths, [sequences], 'int32') })
            .with(keyRange, undefined);
          const inputs = {
            source: tensor(source, [sequences, sourceLength], 'int32'),
            target: tensor(target, [sequences, targetLength], 'int32'),
          };
          return model(weights, inputs, maskedScope.with(chunkedHead, head));
        }),
      );
    },
  };
}
