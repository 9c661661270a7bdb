import { ResidualError, showShape } from '@residual/tensor';
import { type StoredArrays, storedRows } from './stored-arrays.js';

/** The ends of the names of a direction and of its magnitude: older ones, and those of parametrizations of PyTorch. */
const forms = [
  ['.weight_v', '.weight_g'],
  ['.parametrizations.weight.original1', '.parametrizations.weight.original0'],
] as const;

/**
 * The arrays of a checkpoint in which modules of these names have one weight, where the file holds the magnitude and
 * the direction of a weight norm: magnitude · direction / ‖direction‖ for each entry of the first axis (Salimans and
 * Kingma 2016). Errors if a magnitude does not fit.
 */
export function withFoldedWeightNorm(stored: StoredArrays, modules: RegExp): StoredArrays {
  const names = [...stored.names];
  const present = new Set(names);
  const folded = new Map<string, { readonly direction: string; readonly magnitude: string }>();
  const hidden = new Set<string>();
  const listed = names.map(direction => {
    const form = forms.find(([end]) => direction.endsWith(end));
    const module = form && direction.slice(0, -form[0].length);
    const magnitude = form && `${module}${form[1]}`;
    if (module === undefined || !modules.test(module) || !present.has(magnitude!)) return direction;
    expectMagnitude(stored, direction, magnitude!);
    hidden.add(magnitude!);
    folded.set(`${module}.weight`, { direction, magnitude: magnitude! });
    return `${module}.weight`;
  });
  if (folded.size === 0) return stored;
  const readRows: NonNullable<StoredArrays['readRows']> = async (name, from, to, options) => {
    const parts = folded.get(name);
    if (!parts) return storedRows(stored, name).readRows(from, to, options);
    const direction = await storedRows(stored, parts.direction).readRows(from, to, options);
    const reading = { signal: options.signal };
    return normalized(direction, await storedRows(stored, parts.magnitude).readRows(from, to, reading));
  };
  const plain = (name: string) => !folded.has(name);
  return {
    names: listed.filter(name => !hidden.has(name)),
    shapeOf: name => stored.shapeOf(folded.get(name)?.direction ?? name),
    readFloat32: (name, options) =>
      plain(name) ? stored.readFloat32(name, options) : readRows(name, 0, shapeOf(stored, folded, name)[0]!, options),
    readNumbers: (name, options) => (stored.readNumbers ?? stored.readFloat32).call(stored, name, options),
    heldAs: name => (plain(name) && stored.heldAs ? stored.heldAs(name) : 'f32'),
    typeOf: name => stored.typeOf?.(folded.get(name)?.direction ?? name),
    hasRowsAlongOut: name => plain(name) && stored.hasRowsAlongOut?.(name) === true,
    readRows,
    ...(stored.readPackedRows && {
      readPackedRows: (name, from, to, options) => stored.readPackedRows!(name, from, to, options),
    }),
  };
}

function shapeOf(stored: StoredArrays, folded: ReadonlyMap<string, { readonly direction: string }>, name: string) {
  return stored.shapeOf(folded.get(name)!.direction)!;
}

/** Throws unless a magnitude is [out, 1, ...] for a direction [out, ...]. */
function expectMagnitude(stored: StoredArrays, direction: string, magnitude: string): void {
  const [whole, norms] = [stored.shapeOf(direction)!, stored.shapeOf(magnitude)!];
  const expected = whole.map((length, axis) => (axis === 0 ? length : 1));
  if (norms.join() === expected.join() && whole.length > 0) return;
  throw new ResidualError(
    'load',
    `load: ${magnitude} is ${showShape(norms)}; it must be ${showShape(expected)} for the direction ${direction} ` +
      showShape(whole),
  );
}

/** Rows of a direction with the length that their magnitudes say, in place. */
function normalized(rows: Float32Array, magnitudes: Float32Array): Float32Array {
  const width = rows.length / magnitudes.length;
  for (const [row, magnitude] of magnitudes.entries()) {
    const entries = rows.subarray(row * width, (row + 1) * width);
    const norm = Math.sqrt(entries.reduce((sum, value) => sum + value * value, 0));
    for (let i = 0; i < width; i++) entries[i] = (entries[i]! * magnitude) / norm;
  }
  return rows;
}
