/** Messages for an id or index outside a table, the same on each backend that checks. */
export const outOfRange = {
  embed: (id: number | string, rows: number): string => `embed: id ${id} is outside the vocabulary of ${rows}`,
  gather: (index: number | string, length: number, axis: number): string =>
    `gather: index ${index} is outside the ${length} entries of axis ${axis}`,
  takeAlong: (index: number | string, length: number): string =>
    `takeAlong: index ${index} is outside the ${length} entries of a row`,
  expertLinear: (index: number | string, experts: number): string =>
    `expertLinear: expert ${index} is outside the ${experts} experts`,
};
