/** The vowels of the CMU pronouncing dictionary; each has a stress: 0 none, 1 the main one, 2 a lesser one. */
export const vowels = [
  ...(['AA', 'AE', 'AH', 'AO', 'AW', 'AY', 'EH', 'ER'] as const),
  ...(['EY', 'IH', 'IY', 'OW', 'OY', 'UH', 'UW'] as const),
] as const;

/** Its consonants. */
export const consonants = [
  ...(['B', 'CH', 'D', 'DH', 'F', 'G', 'HH', 'JH', 'K', 'L', 'M', 'N'] as const),
  ...(['NG', 'P', 'R', 'S', 'SH', 'T', 'TH', 'V', 'W', 'Y', 'Z', 'ZH'] as const),
] as const;

/** A sound of English in the notation of the CMU pronouncing dictionary, such as `EY1` or `SH`. */
export type Phone = `${(typeof vowels)[number]}${0 | 1 | 2}` | (typeof consonants)[number];

/** All 69 phones: each vowel with its three stresses, then the consonants. */
export const allPhones = (): Phone[] => [
  ...vowels.flatMap(vowel => ([0, 1, 2] as const).map(stress => `${vowel}${stress}` as const)),
  ...consonants,
];

/** Whether a phone is a vowel. */
export const isVowel = (phone: Phone): boolean => /\d$/.test(phone);
