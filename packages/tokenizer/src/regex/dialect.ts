/** What patterns of different engines mean otherwise. */
export interface Dialect {
  /** What the letters of `(?imsx)` switch. */
  readonly flags: { readonly [letter: string]: keyof Modes };
  /** Whether `^` and `$` stand at line ends from the beginning on. */
  readonly lines: boolean;
  /** Whether `{n,m}+` gives nothing back; otherwise it is a repetition of a repetition. */
  readonly possessiveCounts: boolean;
  /** Whether `{n}?` is `{n}`; otherwise what is counted may be there or not. */
  readonly lazyCounts: boolean;
  /** Whether `\pL` is `\p{L}`; otherwise it is two letters. */
  readonly shortProperties: boolean;
}

/** What switches like `(?i)` change. */
export interface Modes {
  readonly ignoreCase: boolean;
  readonly extended: boolean;
  readonly dotAll: boolean;
  readonly lines: boolean;
}

/** Of the patterns in `tokenizer.json`: Oniguruma's. */
export const oniguruma: Dialect = {
  flags: { i: 'ignoreCase', x: 'extended', m: 'dotAll' },
  lines: true,
  possessiveCounts: false,
  lazyCounts: false,
  shortProperties: false,
};

/** Of tiktoken's patterns: that of the crate fancy-regex. */
export const fancyRegex: Dialect = {
  flags: { i: 'ignoreCase', x: 'extended', s: 'dotAll', m: 'lines' },
  lines: false,
  possessiveCounts: true,
  lazyCounts: true,
  shortProperties: true,
};
