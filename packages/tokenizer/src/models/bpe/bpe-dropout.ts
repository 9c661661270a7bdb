import { checkSeed, randomBitsAt, randomKey, streamOf } from '@residual/base';
import { abbreviateJson, failFile } from '../../errors.js';
import type { ModelComponent } from '../../formats/json/components.js';
import type { Model } from '../model.js';
import { bpeFields, mergesStayInWords, readBpe } from './bpe.js';
import { mergeByHeap, Symbols } from './merge.js';

/**
 * Byte-pair encoding that can drop merges at random (Provilkov, Emelianenko and Voita 2020). A file may set a default
 * `dropout`.
 */
export const bpeWithDropout: ModelComponent = {
  type: 'BPE',
  fields: bpeFields,
  fromJson: fields => {
    const dropout = fields.raw('dropout') ?? 0;
    if (typeof dropout !== 'number' || !(dropout >= 0 && dropout <= 1)) {
      failFile(`${fields.path('dropout')} must be a number from 0 to 1, it is ${abbreviateJson(dropout)}`);
    }
    const model = readBpe(fields);
    return { ...model, withDropout: dropMerges(model), ...(dropout > 0 && { dropout }) };
  },
  staysInWords: mergesStayInWords,
};

function dropMerges({ vocabulary, merges, unknownId, writeSymbols }: Model): Model['withDropout'] {
  const symbols = new Symbols();
  return (rate, seed, index) => {
    const key = randomKey(checkSeed('encode', seed), streamOf('tokenizer.dropout'), index);
    const threshold = Math.round(rate * 2 ** 24);
    let counter = 0;
    const drops = () => randomBitsAt(key, counter++) >>> 8 < threshold;
    return {
      vocabulary,
      acceptsBytes: true,
      unknownId,
      tokenize(text, start, end, bytes, ids, spans) {
        symbols.count = 0;
        writeSymbols!(text, start, end, bytes, symbols);
        mergeByHeap(symbols, merges!, drops); // each candidate merge may be skipped
        symbols.writeTo(ids, spans);
      },
    };
  };
}
