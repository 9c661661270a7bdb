import type { WordPair } from '@residual/word-vectors';

/** Pairs of words that differ in the same way. */
export interface Family {
  readonly name: string;
  /** What the step does, after “The step”. */
  readonly step: string;
  readonly pairs: readonly WordPair[];
}

/** Parses `cat cats, dog dogs`. */
const pairsOf = (text: string): WordPair[] => text.split(', ').map(pair => pair.split(' ') as unknown as WordPair);

/** The largest number of families in one map: it has three axes. */
export const maxFamilies = 3;

/** Families of pairs, by the name in the address. */
export const families: Readonly<Record<string, Family>> = {
  capitals: {
    name: 'Capitals',
    step: 'from a country to its capital',
    pairs: pairsOf(
      'france paris, italy rome, japan tokyo, germany berlin, spain madrid, russia moscow, egypt cairo, ' +
        'china beijing, greece athens, poland warsaw, cuba havana, canada ottawa',
    ),
  },
  genders: {
    name: 'Genders',
    step: 'from a male word to its female one',
    pairs: pairsOf(
      'man woman, king queen, boy girl, brother sister, father mother, uncle aunt, husband wife, son daughter, ' +
        'actor actress, nephew niece, prince princess, grandfather grandmother',
    ),
  },
  nationalities: {
    name: 'Nationalities',
    step: 'from a country to its adjective',
    pairs: pairsOf(
      'france french, italy italian, japan japanese, germany german, spain spanish, russia russian, egypt egyptian, ' +
        'china chinese, greece greek, poland polish, cuba cuban, canada canadian',
    ),
  },
  comparison: {
    name: 'Comparison',
    step: 'from an adjective to its comparative',
    pairs: pairsOf(
      'big bigger, small smaller, fast faster, old older, good better, bad worse, cheap cheaper, strong stronger, ' +
        'high higher, warm warmer, long longer, easy easier',
    ),
  },
  past: {
    name: 'Past tense',
    step: 'from a verb to its past tense',
    pairs: pairsOf(
      'walk walked, play played, go went, see saw, take took, say said, write wrote, think thought, know knew, ' +
        'find found, sing sang, swim swam',
    ),
  },
  opposites: {
    name: 'Opposites',
    step: 'from a word to its opposite',
    pairs: pairsOf(
      'happy unhappy, known unknown, likely unlikely, able unable, fair unfair, aware unaware, usual unusual, ' +
        'safe unsafe, clear unclear, certain uncertain, willing unwilling, pleasant unpleasant',
    ),
  },
  young: {
    name: 'Young animals',
    step: 'from an animal to its young',
    pairs: pairsOf('cat kitten, dog puppy, cow calf, horse foal, sheep lamb, bear cub, hen chick, goat kid'),
  },
};

/** The families that a setting names. */
export const familiesIn = (names: string): Family[] =>
  names
    .split(' ')
    .map(name => families[name])
    .filter(family => family !== undefined);

/** Adds a family to a setting, or removes it; the first one leaves if there are too many. */
export function toggleFamily(names: string, name: string): string {
  const chosen = names.split(' ').filter(Boolean);
  const next = chosen.includes(name) ? chosen.filter(each => each !== name) : [...chosen, name].slice(-maxFamilies);
  return Object.keys(families)
    .filter(each => next.includes(each))
    .join(' ');
}

/** All values of the setting: up to three names in the order of `families`. */
export function familyChoices(): string[] {
  let choices = [''];
  for (const name of Object.keys(families))
    choices = [...choices, ...choices.map(chosen => (chosen === '' ? name : `${chosen} ${name}`))];
  return choices.filter(chosen => chosen.split(' ').length <= maxFamilies);
}
