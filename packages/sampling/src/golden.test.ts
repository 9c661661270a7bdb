import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Processor, SequenceBias, TokenIds } from './index.js';
import * as sampling from './index.js';

const folder = new URL('../../../fixtures/logits-processors/', import.meta.url);
const settings: Record<string, [name: string, values: unknown[]]> = JSON.parse(
  readFileSync(new URL('golden.json', folder), 'utf8'),
);
const file = readFileSync(new URL('golden.safetensors', folder));

/** The rows of a named tensor. */
function rows(name: string): number[][] {
  const headerLength = Number(file.readBigUInt64LE(0));
  const { dtype, shape, data_offsets: offsets } = JSON.parse(file.toString('utf8', 8, 8 + headerLength))[name];
  const bytes = new Uint8Array(file.subarray(8 + headerLength + offsets[0], 8 + headerLength + offsets[1])).buffer;
  const all = dtype === 'I32' ? new Int32Array(bytes) : new Float32Array(bytes);
  return Array.from({ length: shape[0] }, (_, i) => [...all.subarray(i * shape[1], (i + 1) * shape[1])]);
}

const values = <Values extends unknown[]>(name: string): Values => settings[name]![1] as Values;
const number = (name: string): number => values<[number]>(name)[0];

const processors: Record<string, () => Processor> = {
  temperature: () => sampling.temperature(number('temperature')),
  top_k: () => sampling.topK(number('top_k')),
  top_p: () => sampling.topP(number('top_p')),
  min_p: () => sampling.minP(number('min_p')),
  typical_p: () => sampling.typicalP(number('typical_p')),
  epsilon: () => sampling.epsilonCutoff(number('epsilon')),
  eta: () => sampling.etaCutoff(number('eta')),
  repetition_penalty: () => sampling.repetitionPenalty(number('repetition_penalty')),
  no_repeat_ngram: () => sampling.noRepeatNgramSize(number('no_repeat_ngram')),
  bad_words: () => sampling.badWordsIds(...values<[number[][], TokenIds]>('bad_words')),
  min_length: () => sampling.minLength(...values<[number, TokenIds]>('min_length')),
  min_new_tokens: () =>
    sampling.minNewTokens(...(values<[number, number, TokenIds]>('min_new_tokens').slice(1) as [number, TokenIds])),
  forced_bos: () => sampling.forcedBosTokenId(number('forced_bos')),
  forced_eos: () => {
    const [maxLength, tokens] = values<[number, TokenIds]>('forced_eos');
    return sampling.forcedEosTokenId({ maxLength, tokens });
  },
  suppress: () => sampling.suppressTokens(values<[number[]]>('suppress')[0]),
  suppress_begin: () => sampling.beginSuppressTokens(values<[number[], number]>('suppress_begin')[0]),
  sequence_bias: () => sampling.sequenceBias(values<[SequenceBias[]]>('sequence_bias')[0]),
};

/** The file stores -Infinity as the lowest float32. */
const masked = (logit: number): number => (logit < -3.4e38 ? -Infinity : logit);

test('there is a processor for each of the reference', () => {
  expect(Object.keys(processors).sort()).toEqual(Object.keys(settings).sort());
});

test.each(Object.keys(settings))('%s equals the reference', name => {
  const process = processors[name]!();
  const tokens = rows('input_ids');
  // The reference was given the prompt's length as an argument where it needs one.
  const promptLength =
    { min_new_tokens: number('min_new_tokens'), suppress_begin: values<[0, number]>('suppress_begin')[1] }[name] ?? 12;
  for (const [row, logits] of rows('logits').entries()) {
    const given = Float32Array.from(logits);
    const result = process(given, { tokens: tokens[row]!, promptLength });
    const expected = rows(name)[row]!.map(masked);
    expect(
      [...result].map(logit => logit > -Infinity),
      `row ${row}`,
    ).toEqual(expected.map(logit => logit > -Infinity));
    for (const [id, logit] of expected.entries()) {
      if (logit > -Infinity)
        expect(Math.abs(result[id]! - logit), `logit ${id} of row ${row}`).toBeLessThanOrEqual(1e-6 * Math.abs(logit));
    }
    expect([...given], 'the given row is left as it was').toEqual(logits);
  }
});

test('each reference differs from its input, so that an idle processor fails; two are tested elsewhere', () => {
  const same = Object.keys(settings).filter(name => JSON.stringify(rows(name)) === JSON.stringify(rows('logits')));
  expect(same).toEqual(['no_repeat_ngram', 'forced_bos']);
});
