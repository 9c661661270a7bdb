const hues = [265, 150, 60, 350, 205];

/** The colours by which neighbouring tokens are told apart, pale in light mode and deep in dark mode. */
export const colourStyle = (): string => {
  const rules = hues.map((hue, i) => `--c${i}: light-dark(oklch(0.915 0.05 ${hue}), oklch(0.37 0.055 ${hue}));`);
  return `:host { ${rules.join(' ')} }`;
};

/** The colour of the token at an index. */
export const colourOf = (index: number): string => `var(--c${index % hues.length})`;
