import { grouped } from '@residual/appkit';

/** A probability as a percentage, `95.7%`. */
export function share(probability: number): string {
  const value = 100 * probability;
  if (value === 0) return '0%';
  return value < 0.01 ? '<0.01%' : `${value.toFixed(value < 1 ? 2 : 1)}%`;
}

/** A probability as a percentage, or as one in so many if it is tiny. */
const chance = (probability: number): string =>
  probability > 0 && probability < 1e-4 ? `one in ${rounded(1 / probability)}` : share(probability);

const rounded = (value: number): string => grouped(Number(value.toPrecision(2)));

/** How many times likelier one probability is than another, in a few digits. */
const times = (ratio: number): string => (ratio < 10 ? ratio.toFixed(1) : rounded(ratio));

/**
 * How the name at the end depends on the name at the start. `probability` is that of `expected` after a story about
 * `told`, `own` after one about `expected`.
 */
export function nameSentence(told: string, expected: string, probability: number, own: number): string {
  if (told === expected)
    return `A story that begins with “${told}” comes back to “${told}” with a probability of ${share(probability)}.`;
  const ratio = own >= probability ? own / probability : probability / own;
  const change = Number.isFinite(ratio) ? `, ${times(ratio)} times ${own >= probability ? 'less' : 'more'}` : '';
  return (
    `If the story begins with “${told}”, the model expects “${expected}” at its end with ` +
    `${chance(probability)}${change} than the ${chance(own)} after a beginning with “${expected}”.`
  );
}

/** What becomes of Harry Potter in a model with a vocabulary of this size, and with which tokens it spells him. */
export function potterSentence(told: number, untold: number, vocab: number, tokens: readonly string[]): string {
  const spelled = tokens.map(token => `“${token.trim()}”`).join(' ');
  return (
    `And Harry Potter? With its ${grouped(vocab)} tokens this model spells him ${spelled}. After “One day, Harry” ` +
    `it goes on with “Potter” with a probability of ${chance(untold)} if the story began with “Harry”, and of ` +
    `${chance(told)} if it began with “Harry Potter”. It has copied him from the beginning, ${times(told / untold)} ` +
    'times as likely as by itself, and still it is far from sure.'
  );
}
