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
    `If the story begins with “${told}”, the model expects “${expected}” at its end with ${chance(probability)}${change} ` +
    `than the ${chance(own)} after a beginning with “${expected}”.`
  );
}

/** What becomes of Harry Potter. */
export function potterSentence(told: number, untold: number, tokens: readonly string[]): string {
  return (
    `And Harry Potter? This model has 6,000 tokens and knows only children’s stories: it must spell him ` +
    `${tokens.map(token => `“${token.trim()}”`).join(' ')}, and it has never met him. Yet it copies. After “One day, ` +
    `Harry” it goes on with “Potter” with a probability of ${chance(told)} if the story began with “Harry Potter”, and of ` +
    `${chance(untold)} if it began with “Harry”: ${times(told / untold)} times as likely, and still far from sure.`
  );
}
