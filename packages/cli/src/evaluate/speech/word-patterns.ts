const letter = '[\\p{L}\\p{N}_]';
/** What `\b` of Python matches: the edge of a word of letters of any script. */
const edge = `(?:(?<=${letter})(?!${letter})|(?<!${letter})(?=${letter}))`;

/** A pattern of Python's `re`, with its meaning of `\b`, that matches everywhere in a text. */
export function pattern(source: string): RegExp {
  return new RegExp(source.replaceAll('\\b', edge), 'gu');
}
