/** Sentences to begin with: four each about cooking, space, football and medicine; those of a theme share few words. */
export const exampleSentences: readonly string[] = [
  'Salt the soup before serving it.',
  'Bake the bread until it is golden.',
  'Stir the sauce over a low flame.',
  'What should we cook for dinner?',
  'The rocket reached its orbit.',
  'Saturn has rings of ice.',
  'Astronomers found a new planet.',
  'Our telescope shows distant galaxies.',
  'The goalkeeper saved the penalty.',
  'We lost the final by one point.',
  'A striker kicked it past the defenders.',
  'The referee showed him a red card.',
  'The doctor prescribed antibiotics.',
  'The nurse bandaged his arm.',
  'Her broken leg healed slowly.',
  'The surgeon operated for six hours.',
];

/** The number of sentences that the map takes. */
export const maxSentences = 100;

/**
 * The sentences of a text, one on each line, without repetitions. Errors: fewer than three, which make no map, or more
 * than `maxSentences`.
 */
export function sentencesIn(text: string): readonly string[] {
  const sentences = [...new Set(text.split('\n').map(line => line.trim()))].filter(line => line !== '');
  const are = sentences.length === 1 ? 'There is 1 sentence' : `There are ${sentences.length} sentences`;
  if (sentences.length < 3) throw new Error(`${are}; a map needs 3 or more, one on each line.`);
  if (sentences.length > maxSentences) throw new Error(`${are}; the map takes ${maxSentences} at most.`);
  return sentences;
}
