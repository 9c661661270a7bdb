import { expect, test } from 'vitest';
import { bleu, chrf } from './index.js';
import { tokenize13a } from './tokenize-13a.js';

const dog = ['The dog bit the man.', "It wasn't surprising.", 'The man had just bitten him.'];
const bitten = [
  ['The dog bit the man.', 'The dog had bit the man.'],
  ['It was not unexpected.', 'No one was surprised.'],
  ['The man bit him first.', 'The man had bitten the dog.'],
];

test('the examples of the sacreBLEU documentation get the scores of the documentation', () => {
  const all = bleu(dog, bitten);
  expect(all.score).toBeCloseTo(48.530827, 6);
  expect(all.precisions.map(precision => precision.toFixed(1))).toEqual(['82.4', '50.0', '45.5', '37.5']);
  expect(all.brevityPenalty.toFixed(3)).toBe('0.943');
  expect([all.hypothesisLength, all.referenceLength]).toEqual([17, 18]);
  expect(all.signature).toBe('nrefs:2|case:mixed|eff:no|tok:13a|smooth:exp');

  const [[_, second], ...rest] = bitten as [string[], ...string[][]];
  for (const first of [[second!], ['', second!]]) {
    const fewer = bleu(dog, [first, ...rest]); // the documentation writes a reference that is not there as ''
    expect(fewer.score.toFixed(2)).toBe('29.44');
    expect(fewer.precisions.map(precision => precision.toFixed(1))).toEqual(['82.4', '42.9', '27.3', '12.5']);
    expect(fewer.brevityPenalty.toFixed(3)).toBe('0.889');
    expect([fewer.hypothesisLength, fewer.referenceLength]).toEqual([17, 19]);
    expect(fewer.signature).toBe('nrefs:var|case:mixed|eff:no|tok:13a|smooth:exp');
  }
  expect(bleu(['', '', ''], bitten).score).toBe(0);
});

/**
 * Hypotheses and references, the first of them from the tests of sacreBLEU, and what sacreBLEU 2.6.0 computes with its
 * default settings.
 */
const scored: readonly [string[], string[][], bleu: number, chrf: number][] = [
  [
    ['Co nás nejvíc trápí, protože lékaři si vybírají, kdo bude žít a kdo zemře.'],
    [['Nejvíce smutní jsme z toho, že musíme rozhodovat o tom, kdo bude žít a kdo zemře.']],
    37.916211,
    39.140817,
  ],
  [
    ['Nebo prostě nemají vybavení, které by jim pomohlo, uvedli lékaři.'],
    [['A někdy nemáme ani potřebný materiál, abychom jim pomohli, popsali lékaři.']],
    7.193387,
    31.225641,
  ],
  [
    ['Lapali po dechu, jejich životy skončily dřív, než skutečně začaly.'],
    [['Lapali po dechu a pak jejich život skončil - dřív, než skutečně mohl začít, připomněli.']],
    20.814077,
    57.157428,
  ],
  [['a', 'b'], [['a'], ['c']], 0, 50],
  [['aa'], [['ab']], 0, 25],
  [['a b c'], [['abc']], 0, 100],
  [dog, bitten, 48.530827, 59.727518],
  [dog, [['The dog had bit the man.'], ...bitten.slice(1)], 29.443658, 51.701061],
  [[''], [['b']], 0, 0],
  [
    ['Qu’est-ce que c’est\u00a0? 3,5\u00a0% de 1.000\u202f€, «\u00a0oui\u00a0»!', '', ''],
    [['Qu’est-ce\u00a0? 3,5 % de 1.000 €, « oui » !', 'Quoi ?'], ['Rien.'], ['x']],
    72.101794,
    79.166116,
  ],
  [
    ['Il a dit &quot;non&quot; en 1990-91 [sic] <skipped>.', '😀 😀 oui'],
    [['Il a dit "non" en 1990-91 [sic].', 'Il dit non.'], ['😀 oui 😀']],
    96.342668,
    58.758077,
  ],
  [['a b c d e f'], [['a b c d e f g h', 'a b c d']], 100, 84.677419], // of lengths equally near the shorter
  [['abcdefgh', 'Bonjour tout le monde'], [['abc'], ['Bonjour le monde']], 33.437015, 68.786938],
  [['Il a 9-10 ans et 3.5, 4,2.'], [['Il a 9 - 10 ans et 3.5 , 4,2 .']], 100, 100],
];

test.each(scored)('%j beside %j', (hypotheses, references, expectedBleu, expectedChrf) => {
  expect(Math.abs(bleu(hypotheses, references).score - expectedBleu)).toBeLessThan(1e-6);
  expect(Math.abs(chrf(hypotheses, references).score - expectedChrf)).toBeLessThan(1e-6);
});

test('the signature of chrF names its settings', () => {
  expect(chrf(dog, bitten).signature).toBe('nrefs:2|case:mixed|eff:yes|nc:6|nw:0|space:no');
});

test('13a splits signs from words, but not inside numbers, and splits at all white space of Unicode', () => {
  const text = 'a,b 3,14 1990-91 l’été (oui)…\u00a0non\u202f!\u0085x\ufeffy &lt;b&gt; co-op-\nted ';
  const tokens = tokenize13a(text);
  expect(tokens.join(' ')).toBe('a , b 3,14 1990 - 91 l’été ( oui ) … non ! x\ufeffy < b > co-opted');
});

test('arguments that do not fit are errors', () => {
  expect(() => bleu(['a'], [])).toThrow('metrics: 1 hypotheses do not fit references for 0 sentences');
  expect(() => chrf(['a', 'b'], [['a'], ['']])).toThrow('metrics: sentence 2 has no reference that is not empty');
});
