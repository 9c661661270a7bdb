import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type BeamOptions, type BeamSearch, beamSearch } from './index.js';

const vocab = 5;

/** A language of five tokens: the logits depend on the last two tokens. */
const logitsAfter = (seed: number) => (tokens: readonly number[]) =>
  Float32Array.from({ length: vocab }, (_, token) => {
    const [a = 7, b = 11] = tokens.slice(-2);
    const x = Math.sin(seed * 12.9898 + a * 78.233 + b * 37.719 + token * 4.581) * 43758.5453;
    return 6 * (x - Math.floor(x));
  });

type Logits = ReturnType<typeof logitsAfter>;

/** Runs a search to its end like a model: each row has its own tokens. */
function searched(options: BeamOptions, prompts: readonly number[][], logits: Logits): BeamSearch {
  const search = beamSearch(options, prompts);
  let rows = prompts.flatMap(prompt => Array.from({ length: options.numBeams }, () => prompt));
  while (!search.done) {
    const { tokens, parents } = search.step(row => logits(rows[row]!));
    rows = rows.map((_, row) => [...rows[parents[row]!]!, tokens[row]!]);
  }
  return search;
}

const logSoftmax = (logits: Float32Array) => {
  const sum = Math.log(logits.reduce((total, logit) => total + Math.exp(logit), 0));
  return Array.from(logits, logit => logit - sum);
};

interface Text {
  tokens: number[];
  sum: number;
}

/** A naive implementation in float64: one prompt, all continuations sorted. */
function naive(options: BeamOptions, prompt: number[], logits: Logits) {
  const { numBeams, lengthPenalty = 1, earlyStopping = false, maxNewTokens = 9, numReturnSequences = 1 } = options;
  const ends = [options.eosTokenId ?? []].flat() as number[];
  let running: Text[] = [{ tokens: [], sum: 0 }];
  let kept: (Text & { score: number })[] = [];
  for (let length = 1; length <= maxNewTokens; length++) {
    const all = running
      .flatMap(({ tokens, sum }) =>
        logSoftmax(logits([...prompt, ...tokens])).map((log, token) => ({
          tokens: [...tokens, token],
          sum: sum + log,
        })),
      )
      .sort((a, b) => b.sum - a.sum)
      .slice(0, Math.max(2, 1 + ends.length) * numBeams);
    const isEnd = ({ tokens }: Text) => length === maxNewTokens || ends.includes(tokens.at(-1)!);
    for (const text of all.slice(0, numBeams).filter(isEnd))
      kept.push({ ...text, score: text.sum / length ** lengthPenalty });
    kept = kept.sort((a, b) => b.score - a.score).slice(0, numBeams);
    running = all.filter(text => !isEnd(text)).slice(0, numBeams);
    if (running.length === 0 || (earlyStopping === true && kept.length === numBeams)) break;
    const longest = earlyStopping === 'never' && lengthPenalty > 0 ? maxNewTokens : length;
    if (kept.length === numBeams && !(running[0]!.sum / longest ** lengthPenalty > kept.at(-1)!.score)) break;
  }
  return kept.slice(0, numReturnSequences);
}

test('beam search finds what a naive float64 implementation finds, for all settings', () => {
  const settings = fc.record({
    seed: fc.integer({ min: 0, max: 1e6 }),
    numBeams: fc.integer({ min: 1, max: 6 }),
    lengthPenalty: fc.constantFrom(-1, 0, 0.5, 1, 2),
    earlyStopping: fc.constantFrom(true, false, 'never' as const),
    eosTokenId: fc.constantFrom(undefined, 2, [0, 3]),
    maxNewTokens: fc.integer({ min: 1, max: 8 }),
  });
  let [same, total] = [0, 0];
  fc.assert(
    fc.property(settings, ({ seed, ...options }) => {
      const logits = logitsAfter(seed);
      const numReturnSequences = options.numBeams;
      const [found] = searched({ ...options, numReturnSequences }, [[1, 4]], logits).results();
      const expected = naive({ ...options, numReturnSequences }, [1, 4], logits);
      expect(found).toHaveLength(expected.length);
      for (const [i, { score }] of expected.entries()) expect(found![i]!.score).toBeCloseTo(score, 3);
      const texts = found!.map(({ newTokens }) => newTokens.join());
      expect(new Set(texts).size).toBe(texts.length);
      total += texts.length;
      same += expected.filter(({ tokens }, i) => tokens.join() === texts[i]).length;
    }),
    { numRuns: 400, seed: 1 },
  );
  expect(same / total).toBeGreaterThan(0.995); // float32 may order two that are nearly equal otherwise
});

test('with enough beams the best of all texts is found', () => {
  const logits = logitsAfter(3);
  const texts = (tokens: number[], sum: number): Text[] =>
    tokens.length === 4
      ? [{ tokens, sum }]
      : logSoftmax(logits(tokens)).flatMap((log, token) => texts([...tokens, token], sum + log));
  const best = texts([], 0).reduce((a, b) => (b.sum > a.sum ? b : a));
  const [found] = searched({ numBeams: 125, maxNewTokens: 4 }, [[]], logits).results()[0]!;
  expect(found!.newTokens).toEqual(best.tokens);
});

test('prompts do not influence each other, and a prompt that is done needs no more logits', () => {
  const logits = logitsAfter(8);
  const options: BeamOptions = { numBeams: 3, numReturnSequences: 3, eosTokenId: 2, maxNewTokens: 7 };
  const prompts = [[1], [3, 0, 4], [], [2, 2]];
  const together = searched(options, prompts, logits).results();
  expect(together).toEqual(
    prompts.map((prompt, i) => offset(searched(options, [prompt], logits).results()[0]!, 3 * i)),
  );
  const search = beamSearch({ numBeams: 2, eosTokenId: 0, maxNewTokens: 5, earlyStopping: true }, [[1], [1]]);
  const sure = (token: number) =>
    Float32Array.from({ length: vocab }, (_, id) => (id === token ? 9 : id === 0 ? -9 : -id));
  expect(search.activeSequences).toEqual([0, 2]); // the beams of a prompt begin as one
  search.step(row => sure(row === 0 ? 0 : 1));
  expect(search.activeSequences).toEqual([0, 1, 2, 3]);
  while (search.activeSequences.includes(0)) search.step(row => sure(row < 2 ? 0 : 1));
  expect(search.activeSequences).toEqual([2, 3]);
  const { tokens, parents } = search.step(() => sure(1));
  expect([tokens[0], tokens[1], parents[0], parents[1]]).toEqual([0, 0, 0, 1]); // padding, where they were
});

test('groups find different texts: a token chosen by one group costs the next', () => {
  const logits = () => Float32Array.of(5, 4.5, 1, 0, -1);
  const shared = { numBeams: 2, numReturnSequences: 2, maxNewTokens: 1 };
  const [apart] = searched({ ...shared, numBeamGroups: 2, diversityPenalty: 1 }, [[3]], logits).results();
  expect(apart!.map(({ newTokens }) => newTokens)).toEqual([[0], [1]]);
  const [little] = searched({ ...shared, numBeamGroups: 2, diversityPenalty: 0.1 }, [[3]], logits).results();
  expect(little!.map(({ newTokens }) => newTokens)).toEqual([[0], [0]]);
  expect(little![0]!.score - little![1]!.score).toBeCloseTo(0.1, 5);
});

test('processors see log-probabilities: forced and suppressed tokens, and penalties', () => {
  const logits = logitsAfter(5);
  const forced = {
    numBeams: 3,
    eosTokenId: 0,
    maxNewTokens: 5,
    forcedBosTokenId: 4,
    forcedEosTokenId: { tokens: 0, maxNewTokens: 5 },
  };
  const found = searched({ ...forced, minNewTokens: 5 }, [[1]], logits).results()[0]![0]!;
  expect(found.newTokens[0]).toBe(4);
  expect(found.newTokens).toHaveLength(5);
  expect(found.newTokens.at(-1)).toBe(0);
  const never = searched({ ...forced, badWordsIds: [[3], [1, 2]] }, [[1]], logits).results()[0]![0]!;
  expect(never.newTokens).not.toContain(3);
  expect(never.newTokens.join()).not.toContain('1,2');
});

test('steps describe the search tree: each hypothesis can be traced back through the rows', () => {
  const logits = logitsAfter(21);
  const options: BeamOptions = { numBeams: 3, numReturnSequences: 3, eosTokenId: 2, maxNewTokens: 6 };
  const search = beamSearch(options, [[1]]);
  let rows: number[][] = Array.from({ length: 3 }, () => [1]);
  const fed: number[][][] = [];
  while (!search.done) {
    fed.push(rows);
    const { tokens, parents } = search.step(row => logits(rows[row]!));
    rows = rows.map((_, row) => [...rows[parents[row]!]!, tokens[row]!]);
  }
  for (const { tokens, newTokens, beamIndices, logprobs, sum } of search.results()[0]!) {
    for (const [i, row] of beamIndices.entries()) expect(fed[i]![row]).toEqual(tokens.slice(0, 1 + i));
    const logs = newTokens.map((token, i) => logSoftmax(logits(tokens.slice(0, 1 + i)))[token]!);
    for (const [i, log] of logs.entries()) expect(logprobs[i]).toBeCloseTo(log, 5);
    expect(sum).toBeCloseTo(
      logs.reduce((a, b) => a + b),
      4,
    );
  }
});

test('a prompt that may get no new token is its own result', () => {
  const search = beamSearch({ numBeams: 2, maxNewTokens: 0 }, [[1, 2]]);
  expect(search.done).toBe(true);
  expect(search.results()[0]).toMatchObject([{ tokens: [1, 2], newTokens: [], score: 0, finishReason: 'length' }]);
});

const message =
  (options: object, logits?: (row: number) => Float32Array, prompts = [[1]], read?: number[][]) =>
  () => {
    const search = beamSearch(options as BeamOptions, prompts, read);
    while (!search.done) search.step(logits ?? (() => new Float32Array(vocab)));
  };

test('options out of range are refused', () => {
  const fits = { numBeams: 2, maxNewTokens: 2 };
  const one = (value: number) => () => Float32Array.of(0, value);
  const cases: [() => void, string][] = [
    [message({ ...fits, numBeams: 0 }), 'numBeams is 0; it must be a whole number, 1 or more'],
    [message({ ...fits, numReturnSequences: 3 }), 'numReturnSequences is 3; it must be at most numBeams, 2'],
    [
      message({ ...fits, numBeamGroups: 3, diversityPenalty: 1 }),
      'numBeamGroups is 3; it must be a divisor of numBeams, 2',
    ],
    [
      message({ ...fits, diversityPenalty: 1 }),
      'diversityPenalty is 1; it must be left out, or given beside numBeamGroups of 2 or more',
    ],
    [message({ ...fits, lengthPenalty: Number.NaN }), 'lengthPenalty is NaN; it must be a finite number'],
    [message({ ...fits, earlyStopping: 'always' }), 'earlyStopping is "always"; it must be true, false or \'never\''],
    [message({ numBeams: 2 }), 'maxNewTokens is undefined; it must be given, or maxLength: a text needs a limit'],
    [message({ ...fits, temperature: 1 }), 'temperature is 1; it must be left out: beams are searched for, not drawn'],
    [message({ ...fits, maxLength: 1 }, undefined, [[1, 2]]), 'prompt 0 of 2 tokens is longer than maxLength, 1'],
    [message(fits, undefined, [[1]], []), 'encoderTokens are 0 rows; there are 1 prompts'],
    [message(fits, one(Number.NaN)), 'sampling: logits[1] is NaN; a logit is a finite number or -Infinity'],
  ];
  for (const [run, text] of cases) expect(run).toThrow(text);
  const search = beamSearch(fits, [[1], [2]]);
  expect(() => search.step(new Float32Array(7))).toThrow(
    '7 logits are not 4 rows (2 prompts · 2 beams) of equal length',
  );
  expect(() => search.step(row => new Float32Array(row + 2))).toThrow('row 2 has 4 logits; row 0 has 2');
});

function offset<T extends { beamIndices: readonly number[] }>(found: readonly T[], by: number): T[] {
  return found.map(each => ({ ...each, beamIndices: each.beamIndices.map(index => index + by) }));
}
