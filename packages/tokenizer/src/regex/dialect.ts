/** The differences between the syntaxes of regular expression engines. */
export interface Dialect {
  /** The modes that the letters of `(?imsx)` switch. */
  readonly flags: { readonly [letter: string]: keyof Modes };
  /** Whether `^` and `$` match at line ends by default. */
  readonly lines: boolean;
  /** Whether `{n,m}+` is possessive; otherwise it is a repetition of a repetition. */
  readonly possessiveCounts: boolean;
  /** Whether `{n}?` is `{n}`; otherwise the repetition is optional. */
  readonly lazyCounts: boolean;
  /** Whether `\pL` is `\p{L}`; otherwise it is two letters. */
  readonly shortProperties: boolean;
}

/** The modes that switches such as `(?i)` change. */
export interface Modes {
  readonly ignoreCase: boolean;
  readonly extended: boolean;
  readonly dotAll: boolean;
  readonly lines: boolean;
}

/** The syntax of patterns in `tokenizer.json`: Oniguruma. */
export const oniguruma: Dialect = {
  flags: { i: 'ignoreCase', x: 'extended', m: 'dotAll' },
  lines: true,
  possessiveCounts: false,
  lazyCounts: false,
  shortProperties: false,
};

/** The syntax of tiktoken's patterns: the crate fancy-regex. */
export const fancyRegex: Dialect = {
  flags: { i: 'ignoreCase', x: 'extended', s: 'dotAll', m: 'lines' },
  lines: false,
  possessiveCounts: true,
  lazyCounts: true,
  shortProperties: true,
};
