import { expect, test } from 'vitest';
import { matchingNames } from '../comparison/filter.js';
import { type LibraryTimes, linesOf } from './tokenizers.js';

const timesOf = (first: number, ids = 'right'): LibraryTimes => ({
  load: [0],
  first: [first, first, 2 * first],
  warm: [first / 4],
  bytes: 2e6,
  ids,
  cacheBytes: 0,
});

test('the goal applies to the fastest peer with the right ids; a peer with other ids is marked', () => {
  const timesByLibrary = new Map([
    ['residual', timesOf(10)],
    ['tiktoken', timesOf(40)],
    ['gpt-tokenizer', timesOf(20)],
    ['ai-tokenizer', timesOf(5, 'wrong')],
  ] as const);
  const [slow, fast, wrong, ...warm] = linesOf('cl100k_base', 'English', timesByLibrary);
  expect(slow).toEqual({
    what: 'cl100k_base, English: first pass, ms a MB',
    ours: { min: 5, median: 5, p95: 10, count: 3 },
    peer: 'tiktoken',
    peers: { min: 20, median: 20, p95: 40, count: 3 },
    ratio: 0.25,
    notes: ['newProcesses'],
  });
  expect([fast!.peer, fast!.ratio, fast!.goal]).toEqual(['gpt-tokenizer', 0.5, 0.667]);
  expect([wrong!.peer, wrong!.ratio, wrong!.goal]).toEqual(['ai-tokenizer (other ids)', 2, undefined]);
  expect(warm.map(line => line.peers.median)).toEqual([5, 2.5, 0.625]);
});

test('ids that differ from those of tiktoken are an error', () => {
  const timesByLibrary = new Map([
    ['residual', timesOf(1, 'ours')],
    ['tiktoken', timesOf(1)],
  ] as const);
  expect(() => linesOf('r50k_base', 'code', timesByLibrary)).toThrow(
    "bench: r50k_base on code: our ids are not tiktoken's",
  );
});

test('a word selects the names that contain it, in any case; one without a match is an error that lists all', () => {
  const names = ['r50k_base', 'Unigram (T5)', 'Unigram (ALBERT)'];
  expect(matchingNames('kind', names, 'unigram')).toEqual(names.slice(1));
  expect(matchingNames('kind', names, undefined)).toEqual(names);
  expect(() => matchingNames('kind', names, 'bpe')).toThrow(
    'bench: no kind bpe; there are r50k_base, Unigram (T5), Unigram (ALBERT)',
  );
});
