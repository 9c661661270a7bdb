import { expect, test } from 'vitest';
import type { EncodingTimes } from './child.js';
import { linesOf, matchingNames } from './tokenizers.js';

const taken = (first: number, ids = 'right'): EncodingTimes => ({
  load: 0,
  first,
  warm: first / 4,
  bytes: 2e6,
  ids,
  cacheBytes: 0,
});

test('the fastest peer that gives the right ids is what is to be beaten; one that gives others is marked', () => {
  const best = new Map([
    ['residual', taken(10)],
    ['tiktoken', taken(40)],
    ['gpt-tokenizer', taken(20)],
    ['ai-tokenizer', taken(5, 'wrong')],
  ] as const);
  const [slow, fast, wrong, ...warm] = linesOf('cl100k_base', 'English', best);
  expect(slow).toEqual({
    what: 'cl100k_base, English: first pass, ms a MB',
    unit: 'ms',
    ours: 5,
    peer: 'tiktoken',
    theirs: 20,
    ratio: 0.25,
  });
  expect([fast!.peer, fast!.ratio, fast!.goal]).toEqual(['gpt-tokenizer', 0.5, 0.667]);
  expect([wrong!.peer, wrong!.ratio, wrong!.goal]).toEqual(['ai-tokenizer (other ids)', 2, undefined]);
  expect(warm.map(line => line.peerValue)).toEqual([5, 2.5, 0.625]);
});

test('other ids than those of tiktoken are an error', () => {
  const best = new Map([
    ['residual', taken(1, 'ours')],
    ['tiktoken', taken(1)],
  ] as const);
  expect(() => linesOf('r50k_base', 'code', best)).toThrow("bench: r50k_base on code: our ids are not tiktoken's");
});

test('a word picks the names that hold it, in any case; one that none holds is an error that lists them', () => {
  const names = ['r50k_base', 'Unigram (T5)', 'Unigram (ALBERT)'];
  expect(matchingNames('kind', names, 'unigram')).toEqual(names.slice(1));
  expect(matchingNames('kind', names, undefined)).toEqual(names);
  expect(() => matchingNames('kind', names, 'bpe')).toThrow(
    'bench: no kind bpe; there are r50k_base, Unigram (T5), Unigram (ALBERT)',
  );
});
