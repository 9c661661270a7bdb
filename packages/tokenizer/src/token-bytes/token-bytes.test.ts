import { readFixtureText } from '@residual/testkit/read-fixture';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tokenizerFromJson } from '../formats/json/load.js';
import { tokenBytes } from './token-bytes.js';

const all = [
  'bpe-clip',
  'bpe-gpt2',
  'bpe-llama2',
  'bpe-llama3',
  'real-albert',
  'real-bert-base-uncased',
  'real-clip',
  'real-gpt2',
  'real-unigram-nmt-nfkc',
  'unigram-t5',
  'wordpiece-bert',
];

const isText = (bytes: Uint8Array | undefined): bytes is Uint8Array => {
  if (!bytes) return false;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
};

test.each(all)('the bytes of tokens of %s together are the text that a stream decodes', name => {
  const tokenizer = tokenizerFromJson(JSON.parse(readFixtureText(`tokenizers/${name}/tokenizer.json`)));
  const running = tokenBytes(tokenizer);
  const first = tokenBytes(tokenizer, { atStart: true });
  expect(running.filter(isText).length).toBeGreaterThan(0.8 * tokenizer.vocabSize - 256);
  const whole = running.flatMap((bytes, id) => (isText(bytes) && isText(first[id]) ? [id] : []));
  const ids = fc.oneof(
    fc.array(fc.constantFrom(...whole), { minLength: 1, maxLength: 12 }),
    fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
      .map(text => tokenizer.encode(text, { addSpecialTokens: false }).ids)
      .filter(list => list.length > 0 && list.every(id => running[id])),
  );
  const [last] = tokenizer.encode('a', { addSpecialTokens: false }).ids;
  fc.assert(
    fc.property(ids, list => {
      const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
      const stream = tokenizer.decodeStream();
      let text = '';
      let streamed = '';
      // The last token only shows that words end before it.
      for (const [index, id] of [...list, last!].entries()) {
        text += decoder.decode((index === 0 ? first : running)[id], { stream: true });
        streamed += stream.push(id);
      }
      expect((text + decoder.decode()).trimEnd()).toBe((streamed + stream.flush()).trimEnd());
    }),
    { numRuns: 25 },
  );
});

test('special tokens and missing ids have no bytes', () => {
  const tokenizer = tokenizerFromJson(JSON.parse(readFixtureText('tokenizers/bpe-llama2/tokenizer.json')));
  const bytes = tokenBytes(tokenizer);
  expect([bytes[tokenizer.bosTokenId ?? 1], bytes[tokenizer.vocabSize]]).toEqual([undefined, undefined]);
  const word = tokenizer.tokenToId('▁the')!;
  expect(new TextDecoder().decode(bytes[word])).toBe(' the');
  expect(new TextDecoder().decode(tokenBytes(tokenizer, { atStart: true })[word])).toBe('the');
});

test('a byte token is its byte, also one that is no character', () => {
  const json = {
    model: { type: 'BPE', vocab: { '<0x0A>': 0, '<0xE2>': 1, '▁a': 3 }, merges: [], byte_fallback: true },
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        { type: 'Strip', content: ' ', start: 1, stop: 0 },
      ],
    },
  };
  const tokenizer = tokenizerFromJson(json);
  const lists = (options?: { atStart: boolean }) => tokenBytes(tokenizer, options).map(bytes => bytes && [...bytes]);
  expect(lists()).toEqual([[10], [0xe2], undefined, [0x20, 0x61]]);
  expect(lists({ atStart: true })).toEqual([[10], [0xe2], undefined, [0x61]]);
});

test('a tokenizer whose tokens depend on their neighbours is refused', () => {
  const json = {
    model: { type: 'WordLevel', vocab: { a: 0, '|': 1, '<pad>': 2 }, unk_token: 'a' },
    decoder: { type: 'CTC', pad_token: '<pad>', word_delimiter_token: '|', cleanup: true },
  };
  expect(() => tokenBytes(tokenizerFromJson(json))).toThrow(
    'tokenBytes: the text of a token of this tokenizer depends on its neighbours',
  );
});
