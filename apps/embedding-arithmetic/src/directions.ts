/** A direction as an example: the pairs that define it, other pairs to test it on, and words to order along it. */
export interface DirectionPreset {
  readonly name: string;
  /** Lines of two words. */
  readonly pairs: string;
  readonly checks: string;
  readonly words: string;
  /** What the order of the words shows. */
  readonly note: string;
}

const lines = (text: string) => text.replaceAll(', ', '\n');

/** Directions of meaning by the name in the address. */
export const directions: Readonly<Record<string, DirectionPreset>> = {
  number: {
    name: 'Number',
    pairs: 'cat cats',
    checks: lines(
      'dog dogs, bird birds, horse horses, cow cows, pig pigs, child children, man men, woman women, person people, ' +
        'foot feet, tooth teeth, mouse mice, goose geese, ox oxen, wolf wolves, wife wives, knife knives, life lives, ' +
        'leaf leaves, shelf shelves, medium media, criterion criteria, phenomenon phenomena, crisis crises, ' +
        'analysis analyses, house houses, room rooms, door doors, window windows, road roads, car cars, train trains, ' +
        'boat boats, hand hands, eye eyes, finger fingers, tree trees, flower flowers, apple apples, banana bananas, ' +
        'egg eggs, book books, letter letters, word words, song songs, picture pictures, color colors, king kings, ' +
        'queen queens, doctor doctors, teacher teachers, student students, friend friends, city cities, ' +
        'country countries, river rivers, mountain mountains, island islands, star stars, planet planets, year years, ' +
        'day days, hour hours, game games, idea ideas, question questions, answer answers, story stories, ' +
        'army armies, law laws',
    ),
    words: 'one two three four five six seven eight nine ten',
    note: 'No number stands in the pair, yet the same direction separates one from the rest: it means “how many”.',
  },
  past: {
    name: 'Past',
    pairs: 'walk walked',
    checks: lines(
      'play played, jump jumped, talk talked, ask asked, help helped, open opened, close closed, move moved, ' +
        'work worked, live lived, start started, call called, turn turned, want wanted, need needed, love loved, ' +
        'kill killed, cook cooked, dance danced, laugh laughed, go went, see saw, take took, give gave, make made, ' +
        'come came, run ran, eat ate, drink drank, write wrote, speak spoke, sing sang, swim swam, fly flew, ' +
        'grow grew, know knew, think thought, buy bought, bring brought, teach taught, find found, sit sat, ' +
        'stand stood, sleep slept, feel felt, keep kept, leave left, tell told, say said, fall fell, break broke, ' +
        'win won',
    ),
    words: 'tomorrow will now today soon ago was yesterday later',
    note: 'The pair is a regular verb. Irregular verbs follow it, and so do words that only have to do with time.',
  },
  feeling: {
    name: 'Good and bad',
    pairs: 'terrible wonderful',
    checks: lines(
      'failure success, war peace, hate love, enemy friend, sad happy, ugly beautiful, awful great, bad good, ' +
        'worst best, pain pleasure, fear hope, death birth, defeat victory, poverty wealth, disease health, ' +
        'sick healthy, cruel kind, boring exciting, dirty clean, weak strong, stupid clever, angry calm, ' +
        'loser winner, nightmare dream, tragedy miracle, punishment reward, insult compliment, lie truth, ' +
        'hell heaven, devil angel, poison medicine, prison freedom, despair joy, disaster celebration, ' +
        'funeral wedding, bitter sweet, rotten fresh, dangerous safe, guilty innocent, wrong right',
    ),
    words: 'theft war disease monday rain money work friend holiday love music gift',
    note: 'Programs that guess whether a review is friendly use directions like this one.',
  },
  formality: {
    name: 'Formality',
    pairs: 'get obtain',
    checks: lines(
      'ask inquire, buy purchase, help assist, need require, start commence, end terminate, kids children, ' +
        'guy gentleman, boss supervisor, cop policeman, job occupation, house residence, big substantial, ' +
        'enough sufficient, tell inform, show demonstrate, try attempt, keep retain, use utilize, think consider, ' +
        'let permit, fix repair, live reside, give provide, go proceed, see observe, dad father, mom mother, ' +
        'ok acceptable, crazy insane, really extremely, lots numerous, also additionally, so therefore, but however, ' +
        'about approximately, want desire, cheap inexpensive, whole entire, buddy colleague',
    ),
    words: 'guys dude buddy hello dear hi sir madam',
    note: 'Two words for the same thing differ in the situations in which people use them.',
  },
  capital: {
    name: 'Capital',
    pairs: 'france paris',
    checks: lines(
      'italy rome, japan tokyo, germany berlin, spain madrid, russia moscow, egypt cairo, china beijing, ' +
        'greece athens, poland warsaw, cuba havana, canada ottawa, austria vienna, hungary budapest, ' +
        'sweden stockholm, norway oslo, finland helsinki, denmark copenhagen, portugal lisbon, ireland dublin, ' +
        'belgium brussels, switzerland bern, turkey ankara, iran tehran, iraq baghdad, syria damascus, india delhi, ' +
        'pakistan islamabad, thailand bangkok, vietnam hanoi, indonesia jakarta, philippines manila, ' +
        'australia canberra, kenya nairobi, nigeria abuja, peru lima, chile santiago, venezuela caracas, ' +
        'ukraine kiev, romania bucharest, bulgaria sofia, serbia belgrade',
    ),
    words: 'republic nation mountain river museum city street hotel',
    note: 'What belongs to a country lies at one end, and what belongs to a city at the other.',
  },
  size: {
    name: 'Size',
    pairs: 'small large',
    checks: lines(
      'mouse elephant, ant whale, cat tiger, pond ocean, lake sea, stream river, hill mountain, village city, ' +
        'town metropolis, street highway, path road, house castle, hut palace, boat ship, car truck, bicycle bus, ' +
        'shop supermarket, school university, island continent, grain mountain, pebble rock, drop flood, ' +
        'breeze storm, coin treasure, stone boulder, twig tree, bush forest, insect bird, kitten cat, puppy dog, ' +
        'baby adult, minute hour, day year, week month, penny dollar, gram kilogram, meter kilometer, inch mile, ' +
        'ten hundred, million billion, snack feast, sip drink, pistol cannon, knife sword, platoon army, ' +
        'band orchestra, cottage mansion',
    ),
    words: 'mouse ant cat dog village horse elephant whale city country',
    note: 'A failure: texts seldom say how large a thing is, so the vectors hardly know it.',
  },
};

/** The texts of the direction in the settings: of an example, or the visitor's own. */
export function directionTexts({
  direction,
  pairs,
  words,
  checks,
}: {
  readonly direction: string;
  readonly pairs: string;
  readonly words: string;
  readonly checks: string;
}): Pick<DirectionPreset, 'pairs' | 'words' | 'checks'> & { readonly preset: DirectionPreset | undefined } {
  const preset = directions[direction];
  // An address with pairs of its own has no name of a direction.
  return preset && pairs === '' ? { ...preset, preset } : { pairs, words, checks, preset: undefined };
}
