import { workRatio } from '@residual/testkit/processor-time';
import { readFixtureText } from '@residual/testkit/read-fixture';
import { describe, expect, test } from 'vitest';
import { tokenizerFromJson } from '../formats/json/load.js';
import { saveTokenizer } from '../formats/json/save.js';
import { trainBpe } from '../models/bpe/trainer/train-bpe.js';
import type { Tokenizer } from '../tokenizer.js';
import { Scheduler, type TrainProgress } from './scheduler.js';
import { type TrainOptions, trainTokenizer } from './train-tokenizer.js';

const read = (name: string) => readFixtureText(`tokenizers/training/${name}`);

const corpus = read('corpus.txt');
const lines = corpus.split('\n');
const tokensOf = (tokenizer: Tokenizer) =>
  Array.from({ length: tokenizer.vocabSize }, (_, id) => tokenizer.idToToken(id));

test('byte-level BPE equals the tokenizer that the reference trains on the corpus, field by field', async () => {
  const trained = await trainTokenizer(lines, { kind: 'byte-level-bpe', vocabSize: 1000, decoder: null });
  expect(JSON.parse(saveTokenizer(trained))).toEqual(JSON.parse(read('bpe-1000.tokenizer.json')));
});

/**
 * The order of words in which affixed characters occur in the order of `tokens`; the reference's own order is random.
 */
function inOrderOf(tokens: readonly string[], words: ReadonlyMap<string, number>): Map<string, number> {
  const known = new Set<string>();
  const ordered = new Map<string, number>();
  const fresh = (word: string) => [...new Set([...word].slice(1))].filter(char => !known.has(char));
  const wanted = tokens.filter(token => /^##.$/u.test(token)).map(token => token.slice(2));
  while (known.size < wanted.length) {
    const next = [...words.keys()].find(word => {
      const chars = fresh(word);
      return chars.length > 0 && chars.every((char, index) => char === wanted[known.size + index]);
    });
    if (next === undefined) throw new Error(`no word brings up ##${wanted[known.size]}`);
    for (const char of fresh(next)) known.add(char);
    ordered.set(next, words.get(next)!);
  }
  return new Map([...ordered, ...words]);
}

describe('WordPiece', () => {
  const reference = JSON.parse(read('wordpiece-1000.tokenizer.json'));
  const expected = Object.entries<number>(reference.model.vocab).sort(([, a], [, b]) => a - b);
  const tokens = expected.map(([token]) => token);

  test('has the tokens that the reference trains on the corpus', async () => {
    const trained = await trainTokenizer(lines, { kind: 'wordpiece', vocabSize: 1000, decoder: null });
    expect(tokensOf(trained).sort()).toEqual([...tokens].sort());
    const saved = JSON.parse(saveTokenizer(trained));
    expect({ ...saved, model: { ...saved.model, vocab: 0 } }).toEqual({
      ...reference,
      model: { ...reference.model, vocab: 0 },
    });
  });

  test('has them in the same order if continued characters come in the order of the reference', async () => {
    const words = new Map<string, number>();
    for (const word of corpus.toLowerCase().match(/[a-z]+|[^a-z\s]/g)!) words.set(word, (words.get(word) ?? 0) + 1);
    const special = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];
    const options = { continuingSubwordPrefix: '##' };
    const trained = await trainBpe(
      inOrderOf(tokens, words),
      1000,
      special,
      options,
      new Scheduler(undefined, undefined),
    );
    expect(trained.tokens).toEqual(tokens);
  });

  test('does not depend on the order of texts', async () => {
    const options = { kind: 'wordpiece', vocabSize: 700 } as const;
    const [forward, backward] = [
      await trainTokenizer(lines, options),
      await trainTokenizer(lines.toReversed(), options),
    ];
    expect(tokensOf(backward)).toEqual(tokensOf(forward));
  });
});

describe('Unigram', () => {
  const [known, heldOut] = [lines.slice(0, 3200), lines.slice(3200)];
  const options: TrainOptions = {
    kind: 'unigram',
    vocabSize: 600,
    specialTokens: ['<unk>'],
    normalizer: { type: 'NFKC' },
  };

  /** Log-likelihood of the best segmentations of the held-out lines, per character. */
  const likelihood = (tokenizer: Tokenizer) => {
    const { scores, unknownId } = tokenizer.parts.model;
    const ids = heldOut.flatMap(line => tokenizer.encode(line).ids);
    const unknown = ids.filter(id => id === unknownId).length;
    const sum = ids.reduce((total, id) => total + scores![id]!, 0);
    return (sum - 20 * unknown) / heldOut.join('').length;
  };

  test('gives a held-out text at most 1 % less likelihood than the reference trained on the same corpus', async () => {
    const trained = await trainTokenizer(known, options);
    const reference = tokenizerFromJson(read('unigram-600.tokenizer.json'));
    expect(trained.vocabSize).toBe(reference.vocabSize);
    expect(likelihood(trained) / likelihood(reference)).toBeLessThan(1.01);
    const shared = tokensOf(reference).filter(token => trained.tokenToId(token!) !== undefined);
    expect(shared.length).toBeGreaterThan(550);
  });

  test('an unknown token that is not among the special tokens comes first; null means none', async () => {
    const own = await trainTokenizer(known, { ...options, specialTokens: ['<s>'], unkToken: '<?>' });
    expect([own.idToToken(0), own.idToToken(1), own.unkTokenId, own.isSpecial(1), own.vocabSize]).toEqual([
      '<?>',
      '<s>',
      0,
      true,
      600,
    ]);
    const none = await trainTokenizer(known, { ...options, specialTokens: [], unkToken: null });
    expect([none.unkTokenId, none.vocabSize]).toEqual([undefined, 600]);
  });

  test('pieces are at most as long as requested, and the initial alphabet is in the vocabulary', async () => {
    const { parts } = await trainTokenizer(known, { ...options, maxPieceLength: 3, initialAlphabet: '日é' });
    const pieces = [...parts.model.vocabulary.entries()].map(([token]) => token).slice(1);
    expect(Math.max(...pieces.map(piece => piece.length))).toBe(3);
    expect(pieces).toEqual(expect.arrayContaining(['日', 'é']));
  });
});

test.each(['byte-level-bpe', 'bpe', 'wordpiece', 'unigram'] as const)(
  'a saved and loaded %s restores texts',
  async kind => {
    const trained = await trainTokenizer(lines.slice(0, 500), { kind, vocabSize: 600 });
    const again = tokenizerFromJson(saveTokenizer(trained));
    const text = 'we are accounted poor citizens, the patricians good.';
    expect(again.decode(again.encode(text).ids)).toBe(text);
    expect(saveTokenizer(again)).toBe(saveTokenizer(trained));
  },
);

test('texts may arrive one by one and asynchronously', async () => {
  async function* slowly() {
    for (const line of lines.slice(0, 300)) yield line;
  }
  const options = { kind: 'bpe', vocabSize: 300 } as const;
  const [slow, atOnce] = [await trainTokenizer(slowly(), options), await trainTokenizer(lines.slice(0, 300), options)];
  expect(saveTokenizer(slow)).toBe(saveTokenizer(atOnce));
});

test('special tokens keep their flags', async () => {
  const options = {
    kind: 'bpe',
    vocabSize: 100,
    unkToken: null,
    specialTokens: [{ content: '<x>', lstrip: true }],
  } as const;
  const trained = await trainTokenizer(lines.slice(0, 50), options);
  expect(trained.encode('a  <x>', { addSpecialTokens: false }).offsets.at(-1)).toEqual([1, 6]);
});

test.each(['bpe', 'unigram'] as const)('training of a %s reports its progress', async kind => {
  const reports: TrainProgress[] = [];
  await trainTokenizer(lines, { kind, vocabSize: 1500, onProgress: report => reports.push(report) });
  const stages = [...new Set(reports.map(({ stage }) => stage))];
  expect(stages).toEqual(expect.arrayContaining(kind === 'bpe' ? ['words', 'merges'] : ['words', 'seeds', 'pruning']));
  for (const { done, total } of reports) expect(done).toBeLessThanOrEqual(total ?? Number.POSITIVE_INFINITY);
});

test.each(['byte-level-bpe', 'unigram'] as const)('an abort ends the training of a %s in the middle', async kind => {
  const controller = new AbortController();
  const training = trainTokenizer(lines, {
    kind,
    vocabSize: 2000,
    signal: controller.signal,
    onProgress: ({ stage }) => stage !== 'words' && controller.abort(new Error('enough')),
  });
  await expect(training).rejects.toThrow('enough');
  const aborted = AbortSignal.abort(new Error('before it began'));
  await expect(trainTokenizer(lines, { kind, vocabSize: 2000, signal: aborted })).rejects.toThrow('before it began');
});

describe('one word of 400,000 letters', () => {
  let state = 7;
  const letter = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return String.fromCharCode(97 + Math.floor((state / 2 ** 32) * 26));
  };
  const word = Array.from({ length: 400_000 }, letter).join('');

  test.each(['bpe', 'unigram'] as const)('ends the training of a %s soon after an abort', async kind => {
    const controller = new AbortController();
    const training = trainTokenizer([word], { kind, vocabSize: 2000, signal: controller.signal });
    let turns = 0; // turns of the event loop since the abort
    const count = () => {
      turns++;
      next = setImmediate(count);
    };
    let next: NodeJS.Immediate | undefined;
    setTimeout(() => {
      controller.abort(new Error('enough'));
      next = setImmediate(count);
    }, 100);
    await expect(training).rejects.toThrow('enough');
    clearImmediate(next);
    expect(turns).toBeLessThan(5);
  });

  test('takes not much longer than the same letters in words of seven letters', async () => {
    const letters = word.slice(0, 100_000);
    const train = (text: string) => () => trainTokenizer([text], { kind: 'bpe', vocabSize: 5000 });
    // About 6 if each merge reads the word again.
    const words = letters.replace(/.{7}/g, '$& ');
    expect(await workRatio(train(letters), train(words), { below: 4 })).toBeLessThan(4);
  });
});

test.each([
  [['', ''], { kind: 'bpe', vocabSize: 100 }, 'trainTokenizer: 2 texts hold 0 words; at least 1 is needed'],
  [
    ['ab'],
    { kind: 'byte-level-bpe', vocabSize: 200 },
    'trainTokenizer: vocabSize 200 is less than the 257 tokens that it begins with (1 special, 256 of the ' +
      'alphabet); it must be at least 257',
  ],
  [
    ['ab ab'],
    { kind: 'unigram', vocabSize: 5 },
    'trainTokenizer: vocabSize 5 is less than the 6 tokens that it begins with (3 special, 3 of the alphabet); ' +
      'it must be at least 6',
  ],
  [['ab'], { kind: 'bpe', vocabSize: 0 }, 'trainTokenizer: vocabSize must be a whole number from 1, it is 0'],
  [
    ['ab'],
    { kind: 'words' as 'bpe', vocabSize: 9 },
    'trainTokenizer: kind "words" is unknown; known are byte-level-bpe, bpe, wordpiece, unigram',
  ],
] satisfies [string[], TrainOptions, string][])(
  'training on %j with %j is an error',
  async (texts, options, message) => {
    await expect(trainTokenizer(texts, options)).rejects.toThrow(message);
  },
);
