/** Eigenvalues, largest first, and their unit eigenvectors. */
export interface Eigen {
  readonly values: Float64Array;
  /** [size, size]; row i is the eigenvector of value i. */
  readonly vectors: Float64Array[];
}

/**
 * Eigenvalues and eigenvectors of a symmetric matrix [size, size] by Householder reflections to tridiagonal form and QL
 * steps with implicit shifts (Golub, Van Loan, Matrix Computations, 8.3; tred2 and tql2 of EISPACK).
 */
export function symmetricEigen(matrix: Float64Array, size: number): Eigen {
  const z = Float64Array.from(matrix); // becomes the eigenvectors, in columns
  const diagonal = new Float64Array(size);
  const offDiagonal = new Float64Array(size);
  tridiagonalize(z, size, diagonal, offDiagonal);
  diagonalize(z, size, diagonal, offDiagonal);
  const order = Array.from(diagonal.keys()).sort((a, b) => diagonal[b]! - diagonal[a]! || a - b);
  return {
    values: Float64Array.from(order, i => diagonal[i]!),
    vectors: order.map(i => Float64Array.from({ length: size }, (_, row) => z[row * size + i]!)),
  };
}

/** Reduces the matrix to tridiagonal form by reflections, from the last row on, and accumulates them in `z`. */
function tridiagonalize(z: Float64Array, n: number, d: Float64Array, e: Float64Array): void {
  for (let i = n - 1; i > 0; i--) {
    let h = 0;
    let scale = 0;
    for (let k = 0; k < i; k++) scale += Math.abs(z[i * n + k]!);
    if (i === 1 || scale === 0) e[i] = z[i * n + i - 1]!;
    else {
      for (let k = 0; k < i; k++) h += (z[i * n + k]! /= scale) ** 2;
      const f = z[i * n + i - 1]!;
      const g = f >= 0 ? -Math.sqrt(h) : Math.sqrt(h);
      e[i] = scale * g;
      h -= f * g;
      z[i * n + i - 1] = f - g;
      let sum = 0;
      for (let j = 0; j < i; j++) {
        z[j * n + i] = z[i * n + j]! / h;
        let product = 0;
        for (let k = 0; k <= j; k++) product += z[j * n + k]! * z[i * n + k]!;
        for (let k = j + 1; k < i; k++) product += z[k * n + j]! * z[i * n + k]!;
        e[j] = product / h;
        sum += e[j]! * z[i * n + j]!;
      }
      const half = sum / (h + h);
      for (let j = 0; j < i; j++) {
        const own = z[i * n + j]!;
        e[j]! -= half * own;
        for (let k = 0; k <= j; k++) z[j * n + k]! -= own * e[k]! + e[j]! * z[i * n + k]!;
      }
    }
    d[i] = h;
  }
  d[0] = 0;
  e[0] = 0;
  for (let i = 0; i < n; i++) {
    if (d[i] !== 0)
      for (let j = 0; j < i; j++) {
        let product = 0;
        for (let k = 0; k < i; k++) product += z[i * n + k]! * z[k * n + j]!;
        for (let k = 0; k < i; k++) z[k * n + j]! -= product * z[k * n + i]!;
      }
    d[i] = z[i * n + i]!;
    z[i * n + i] = 1;
    for (let j = 0; j < i; j++) {
      z[j * n + i] = 0;
      z[i * n + j] = 0;
    }
  }
}

/** Applies rotations until only the diagonal is left, also to `z`. */
function diagonalize(z: Float64Array, n: number, d: Float64Array, e: Float64Array): void {
  e.copyWithin(0, 1);
  e[n - 1] = 0;
  for (let l = 0; l < n; l++) {
    for (;;) {
      let m = l;
      while (m < n - 1 && Math.abs(e[m]!) > Number.EPSILON * (Math.abs(d[m]!) + Math.abs(d[m + 1]!))) m++;
      if (m === l) break;
      let g = (d[l + 1]! - d[l]!) / (2 * e[l]!);
      let r = Math.hypot(g, 1);
      g = d[m]! - d[l]! + e[l]! / (g + (g >= 0 ? r : -r));
      let [s, c, p] = [1, 1, 0];
      let i = m - 1;
      for (; i >= l; i--) {
        const f = s * e[i]!;
        const b = c * e[i]!;
        r = Math.hypot(f, g);
        e[i + 1] = r;
        if (r === 0) {
          d[i + 1]! -= p;
          e[m] = 0;
          break;
        }
        s = f / r;
        c = g / r;
        g = d[i + 1]! - p;
        r = (d[i]! - g) * s + 2 * c * b;
        p = s * r;
        d[i + 1] = g + p;
        g = c * r - b;
        for (let k = 0; k < n; k++) {
          const right = z[k * n + i + 1]!;
          const left = z[k * n + i]!;
          z[k * n + i + 1] = s * left + c * right;
          z[k * n + i] = c * left - s * right;
        }
      }
      if (r === 0 && i >= l) continue;
      d[l]! -= p;
      e[l] = g;
      e[m] = 0;
    }
  }
}
