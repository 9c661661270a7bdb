/** erf(x) = 2/√π Σ (-1)ⁿ x²ⁿ⁺¹ / (n! (2n + 1)), accurate to 1e-9 for |x| up to 4. */
export function erf(x: number): number {
  let power = x;
  let sum = x;
  for (let n = 1; n < 100; n++) {
    power *= (-x * x) / n;
    sum += power / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}
