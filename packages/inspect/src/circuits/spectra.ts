import { ResidualError } from '@residual/tensor';
import { dot } from '../attribution/held-norm.js';

/** A complex number. */
export interface Complex {
  readonly real: number;
  readonly imaginary: number;
}

/** The absolute value of a complex number. */
export function magnitude({ real, imaginary }: Complex): number {
  return Math.hypot(real, imaginary);
}

const epsilon = Number.EPSILON;

/**
 * The singular values of a small matrix, rows of equal length, the largest first: min(rows, columns) of them. Columns
 * are turned until they are orthogonal (one-sided Jacobi, Hestenes 1958), which ends for every matrix.
 */
export function singularValuesOf(matrix: readonly ArrayLike<number>[]): number[] {
  const [rows, columns] = [matrix.length, matrix[0]!.length];
  const isTall = rows >= columns;
  const vectors = Array.from({ length: Math.min(rows, columns) }, (_, j) =>
    Float64Array.from({ length: Math.max(rows, columns) }, (_, i) => (isTall ? matrix[i]![j]! : matrix[j]![i]!)),
  );
  let turned = true;
  for (let sweep = 0; turned && sweep < 60; sweep++) {
    turned = false;
    for (const [p, a] of vectors.entries())
      for (const b of vectors.slice(p + 1)) {
        const [aa, bb, ab] = [dot(a, a), dot(b, b), dot(a, b)];
        if (Math.abs(ab) <= 4 * epsilon * Math.sqrt(aa) * Math.sqrt(bb)) continue;
        const zeta = (bb - aa) / (2 * ab);
        const tangent = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
        const cosine = 1 / Math.hypot(1, tangent);
        for (let i = 0; i < a.length; i++) {
          const [x, y] = [a[i]!, b[i]!];
          a[i] = cosine * (x - tangent * y);
          b[i] = cosine * (y + tangent * x);
        }
        turned = true;
      }
  }
  return vectors.map(vector => Math.sqrt(dot(vector, vector))).sort((a, b) => b - a);
}

/**
 * The eigenvalues of a small square matrix, the largest absolute value first: reduced to Hessenberg form, then by QR
 * steps with shifts in complex numbers (Francis 1961). Errors if an entry is not finite or
 * they do not converge.
 */
export function eigenvaluesOf(matrix: readonly ArrayLike<number>[]): Complex[] {
  const size = matrix.length;
  const scale = Math.max(...matrix.map(row => Array.from(row).reduce((max, x) => Math.max(max, Math.abs(x)), 0)));
  if (!Number.isFinite(scale))
    throw new ResidualError('range', `eigenvalues: the matrix [${size}, ${size}] has entries that are not finite`);
  if (scale === 0) return matrix.map(() => ({ real: 0, imaginary: 0 }));
  const real = hessenberg(matrix.map(row => Float64Array.from(row, x => x / scale)));
  const imaginary = real.map(() => new Float64Array(size));
  const at = (i: number, j: number): Complex => ({ real: real[i]![j]!, imaginary: imaginary[i]![j]! });
  const eigenvalues: Complex[] = [];
  for (let last = size - 1, steps = 0; last >= 0; ) {
    let first = last;
    for (; first > 0; first--) {
      const beside = magnitude(at(first - 1, first - 1)) + magnitude(at(first, first));
      if (magnitude(at(first, first - 1)) <= epsilon * (beside || 1)) break;
    }
    if (first === last) {
      const { real, imaginary } = at(last, last);
      eigenvalues.push({ real: scale * real, imaginary: scale * imaginary });
      last--;
      steps = 0;
      continue;
    }
    if (++steps > 300)
      throw new ResidualError('range', `eigenvalues: those of a matrix [${size}, ${size}] did not converge`);
    const below = magnitude(at(last, last - 1));
    const shift =
      steps % 10 === 0
        ? { real: at(last, last).real + below, imaginary: at(last, last).imaginary + 0.4 * below } // breaks a cycle
        : wilkinsonShift(at(last - 1, last - 1), at(last - 1, last), at(last, last - 1), at(last, last));
    qrStep(real, imaginary, first, last, shift);
  }
  return eigenvalues.sort((a, b) => magnitude(b) - magnitude(a));
}

/** An orthogonal similarity of a square matrix with zeros below the first subdiagonal (Householder); in place. */
function hessenberg(a: Float64Array[]): Float64Array[] {
  const size = a.length;
  for (let k = 0; k + 2 < size; k++) {
    const v = Float64Array.from({ length: size }, (_, i) => (i > k ? a[i]![k]! : 0));
    const length = Math.sqrt(dot(v, v));
    v[k + 1]! += v[k + 1]! < 0 ? -length : length;
    const square = dot(v, v);
    if (square === 0) continue;
    for (let j = 0; j < size; j++) {
      let along = 0;
      for (let i = k + 1; i < size; i++) along += v[i]! * a[i]![j]!;
      for (let i = k + 1; i < size; i++) a[i]![j]! -= (2 * along * v[i]!) / square;
    }
    for (const row of a) {
      const along = dot(row, v);
      for (let j = k + 1; j < size; j++) row[j]! -= (2 * along * v[j]!) / square;
    }
    for (let i = k + 2; i < size; i++) a[i]![k] = 0;
  }
  return a;
}

/** The eigenvalue of [[a, b], [c, d]] that is nearer to d. */
function wilkinsonShift(a: Complex, b: Complex, c: Complex, d: Complex): Complex {
  const half = { real: (a.real - d.real) / 2, imaginary: (a.imaginary - d.imaginary) / 2 };
  const bc = times(b, c);
  const square = times(half, half);
  const root = squareRoot({ real: square.real + bc.real, imaginary: square.imaginary + bc.imaginary });
  const sign = half.real * root.real + half.imaginary * root.imaginary > 0 ? -1 : 1;
  return {
    real: d.real + half.real + sign * root.real,
    imaginary: d.imaginary + half.imaginary + sign * root.imaginary,
  };
}

/** One step H - shift = Q R, then R Q + shift, on the rows and columns first .. last of a Hessenberg matrix. */
function qrStep(real: Float64Array[], imaginary: Float64Array[], first: number, last: number, shift: Complex): void {
  for (let i = first; i <= last; i++) {
    real[i]![i]! -= shift.real;
    imaginary[i]![i]! -= shift.imaginary;
  }
  const rotations: (readonly [a: Complex, b: Complex])[] = [];
  for (let k = first; k < last; k++) {
    const [p, q] = [real[k]![k]!, imaginary[k]![k]!];
    const [r, s] = [real[k + 1]![k]!, imaginary[k + 1]![k]!];
    const length = Math.hypot(p, q, r, s);
    const a = length === 0 ? { real: 1, imaginary: 0 } : { real: p / length, imaginary: q / length };
    const b = length === 0 ? { real: 0, imaginary: 0 } : { real: r / length, imaginary: s / length };
    rotations.push([a, b]);
    for (let j = k; j <= last; j++) {
      const x = { real: real[k]![j]!, imaginary: imaginary[k]![j]! };
      const y = { real: real[k + 1]![j]!, imaginary: imaginary[k + 1]![j]! };
      // [conj a, conj b; -b, a]
      real[k]![j] = a.real * x.real + a.imaginary * x.imaginary + b.real * y.real + b.imaginary * y.imaginary;
      imaginary[k]![j] = a.real * x.imaginary - a.imaginary * x.real + b.real * y.imaginary - b.imaginary * y.real;
      const [bx, ay] = [times(b, x), times(a, y)];
      real[k + 1]![j] = ay.real - bx.real;
      imaginary[k + 1]![j] = ay.imaginary - bx.imaginary;
    }
  }
  for (const [n, [a, b]] of rotations.entries()) {
    const k = first + n;
    for (let i = first; i <= k + 1; i++) {
      const x = { real: real[i]![k]!, imaginary: imaginary[i]![k]! };
      const y = { real: real[i]![k + 1]!, imaginary: imaginary[i]![k + 1]! };
      const [ax, by] = [times(a, x), times(b, y)];
      real[i]![k] = ax.real + by.real;
      imaginary[i]![k] = ax.imaginary + by.imaginary;
      const [bx, ay] = [times(conjugate(b), x), times(conjugate(a), y)];
      real[i]![k + 1] = ay.real - bx.real;
      imaginary[i]![k + 1] = ay.imaginary - bx.imaginary;
    }
  }
  for (let i = first; i <= last; i++) {
    real[i]![i]! += shift.real;
    imaginary[i]![i]! += shift.imaginary;
  }
}

function times(a: Complex, b: Complex): Complex {
  return {
    real: a.real * b.real - a.imaginary * b.imaginary,
    imaginary: a.real * b.imaginary + a.imaginary * b.real,
  };
}

function conjugate({ real, imaginary }: Complex): Complex {
  return { real, imaginary: -imaginary };
}

function squareRoot(z: Complex): Complex {
  const length = magnitude(z);
  const real = Math.sqrt((length + Math.abs(z.real)) / 2);
  if (real === 0) return { real: 0, imaginary: 0 };
  const other = z.imaginary / (2 * real);
  return z.real >= 0 ? { real, imaginary: other } : { real: Math.abs(other), imaginary: other < 0 ? -real : real };
}
