import { fixed } from '../terminal/format.js';
import { heatMap } from '../terminal/heat-map.js';
import type { Scale } from '../terminal/picture.js';
import { layerLabels } from './labels.js';
import type { Views } from './view.js';

/** Numbers by layer, and by position or head. */
export interface Grid {
  /** [layer][column]. */
  readonly values: readonly (readonly number[])[];
  readonly columns: readonly string[];
  /** The names of the rows; layers if absent. */
  readonly rows?: readonly string[];
  readonly scale: Scale;
  /** The number of the full colour. */
  readonly limit: number;
}

/** The table and the heat map of a grid. */
export function gridViews({ values, columns, rows = layerLabels(values.length), ...shown }: Grid): Omit<Views, 'json'> {
  return {
    tables: () => [
      [['', ...columns], ...rows.map((label, row) => [label, ...values[row]!.map(value => fixed(value, 3))])],
    ],
    picture: screen => heatMap({ rows, columns, values, ...shown }, screen),
  };
}

/** The largest absolute value, for the colours of numbers without a natural limit. */
export function largest(values: readonly (readonly number[])[]): number {
  const size = values.flat().reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return size > 0 ? size : 1;
}
