// What a greedy choice reads of a row of logits.
#include "residual.h"

// The places of the `count` largest numbers of x[dim], largest first, equal ones by their place; count is 1 to dim.
EXPORT void largestEntries(const float *x, int dim, int count, int *places) {
  int found = 0, i = 0;
  for (; i < dim; i++) {
    if (found == count) {
      f4 least = splat(x[places[count - 1]]);
      for (; i + 8 <= dim; i += 8) {
        f4 larger = wasm_v128_or(wasm_f32x4_gt(load(x + i), least), wasm_f32x4_gt(load(x + i + 4), least));
        if (wasm_v128_any_true(larger)) break;
      }
      for (; i < dim && !(x[i] > x[places[count - 1]]); i++) {}
      if (i == dim) return;
    }
    int at = found < count ? found++ : count - 1;
    for (; at > 0 && x[i] > x[places[at - 1]]; at--) places[at] = places[at - 1];
    places[at] = i;
  }
}

// The first place of the largest of the numbers of x[dim] whose bit is 1 in allowed[words], low bits first; -1 if none
// is above -infinity. A word of bits is looked at only where one of its 32 numbers is larger than the largest so far.
EXPORT int largestAllowed(const float *x, int dim, const unsigned *allowed, int words) {
  int place = -1;
  float largest = -__builtin_inff();
  for (int word = 0; word < words && 32 * word < dim; word++) {
    unsigned bits = allowed[word];
    if (bits == 0) continue;
    const float *at = x + 32 * word;
    int left = dim - 32 * word;
    if (left < 32) bits &= (1u << left) - 1;
    else {
      f4 least = splat(largest), larger = splat(0);
      for (int i = 0; i < 32; i += 4) larger = wasm_v128_or(larger, wasm_f32x4_gt(load(at + i), least));
      if (!wasm_v128_any_true(larger)) continue;
    }
    for (; bits != 0; bits &= bits - 1) {
      int i = __builtin_ctz(bits);
      if (!(at[i] > largest)) continue;
      largest = at[i];
      place = 32 * word + i;
    }
  }
  return place;
}

// exp of two numbers in float64 as `sumOfPowers` says. A number plus 1.5 * 2^52 holds the integer in its low bits.
INLINE v128_t power(v128_t d, const double *powers) {
  v128_t steps = wasm_f64x2_mul(d, wasm_f64x2_splat(1024 / 0.6931471805599453));
  v128_t n = wasm_f64x2_trunc(steps), bits = wasm_f64x2_add(n, wasm_f64x2_splat(0x1.8p52));
  v128_t r = wasm_f64x2_mul(wasm_f64x2_sub(steps, n), wasm_f64x2_splat(0.6931471805599453 / 1024));
  v128_t one = wasm_f64x2_splat(1), rest = wasm_f64x2_add(one, wasm_f64x2_mul(r, wasm_f64x2_splat(0.5)));
  rest = wasm_f64x2_add(one, wasm_f64x2_mul(r, rest));
  v128_t part = wasm_v128_load64_zero(powers + (wasm_i32x4_extract_lane(bits, 0) & 1023));
  part = wasm_v128_load64_lane(powers + (wasm_i32x4_extract_lane(bits, 2) & 1023), part, 1);
  // 2^(n >> 10): what is above the ten low bits of n, added to the exponent of 1
  v128_t exponent = wasm_v128_and(wasm_i64x2_shl(bits, 42), wasm_i64x2_splat(0xfff0000000000000));
  v128_t whole = wasm_i64x2_add(exponent, one);
  v128_t y = wasm_f64x2_mul(wasm_f64x2_mul(part, whole), rest);
  return wasm_v128_andnot(y, wasm_f64x2_lt(d, wasm_f64x2_splat(-43)));
}

// The sum of exp(x - largest) over a row in float64, in the order of its entries. It does what `softmax` of
// @residual/sampling does, to the last bit: exp(x) = 2^(n / 1024) (1 + r + r²/2) with x = n ln 2 / 1024 + r, 0 below
// -43. powers[1024] holds 2^(i / 1024).
EXPORT double sumOfPowers(const float *x, int dim, float largest, const double *powers) {
  double sum = 0;
  v128_t center = wasm_f64x2_splat(largest);
  int i = 0;
  for (; i + 4 <= dim; i += 4) {
    f4 four = load(x + i);
    v128_t low = wasm_f64x2_promote_low_f32x4(four);
    v128_t high = wasm_f64x2_promote_low_f32x4(wasm_i32x4_shuffle(four, four, 2, 3, 2, 3));
    v128_t a = power(wasm_f64x2_sub(low, center), powers), b = power(wasm_f64x2_sub(high, center), powers);
    sum += wasm_f64x2_extract_lane(a, 0);
    sum += wasm_f64x2_extract_lane(a, 1);
    sum += wasm_f64x2_extract_lane(b, 0);
    sum += wasm_f64x2_extract_lane(b, 1);
  }
  for (; i < dim; i++)
    sum += wasm_f64x2_extract_lane(power(wasm_f64x2_sub(wasm_f64x2_splat(x[i]), center), powers), 0);
  return sum;
}
