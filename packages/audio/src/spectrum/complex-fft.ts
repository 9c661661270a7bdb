/** A complex transform in place: re and im have the length of the transform. */
export type ComplexFft = (re: Float64Array, im: Float64Array) => void;

/**
 * The discrete Fourier transform X[k] = Σ x[j] e^(-2πi jk / length) of complex numbers. A length of factors 2, 3 and 5
 * is transformed in O(length log length) by mixed radices without reordering (Stockham 1966); any other length is a
 * convolution of a power of 2 (Bluestein 1970).
 */
export function complexFft(length: number): ComplexFft {
  const radices = radicesOf(length);
  return radices ? mixedRadixFft(length, radices) : bluesteinFft(length);
}

/** The radices whose product is the length; undefined if it has other factors than 2, 3 and 5. */
function radicesOf(length: number): number[] | undefined {
  const radices: number[] = [];
  let rest = length;
  for (const radix of [4, 2, 3, 5])
    for (; rest % radix === 0; rest /= radix) {
      radices.push(radix);
    }
  return rest === 1 ? radices : undefined;
}

/** One pass over all numbers: `count` butterflies of each of `stride` interleaved transforms. */
interface Stage {
  readonly radix: number;
  readonly count: number;
  readonly stride: number;
  /** cos and -sin of 2π j p / (radix · count) at index p (radix - 1) + j - 1. */
  readonly cos: Float64Array;
  readonly sin: Float64Array;
}

function stagesOf(length: number, radices: readonly number[]): Stage[] {
  let size = length;
  let stride = 1;
  return radices.map(radix => {
    const count = size / radix;
    const cos = new Float64Array(count * (radix - 1));
    const sin = new Float64Array(count * (radix - 1));
    for (let p = 0; p < count; p++)
      for (let j = 1; j < radix; j++) {
        const angle = (-2 * Math.PI * j * p) / size;
        cos[p * (radix - 1) + j - 1] = Math.cos(angle);
        sin[p * (radix - 1) + j - 1] = Math.sin(angle);
      }
    const stage = { radix, count, stride, cos, sin };
    size = count;
    stride *= radix;
    return stage;
  });
}

function mixedRadixFft(length: number, radices: readonly number[]): ComplexFft {
  const stages = stagesOf(length, radices);
  const spareRe = new Float64Array(length);
  const spareIm = new Float64Array(length);
  return (re, im) => {
    let isSpare = false; // whether the spare memory holds the numbers
    for (const stage of stages) {
      const pass = passes[stage.radix]!;
      if (isSpare) pass(stage, spareRe, spareIm, re, im);
      else pass(stage, re, im, spareRe, spareIm);
      isSpare = !isSpare;
    }
    if (!isSpare) return;
    re.set(spareRe);
    im.set(spareIm);
  };
}

type Pass = (stage: Stage, re: Float64Array, im: Float64Array, toRe: Float64Array, toIm: Float64Array) => void;

const pass2: Pass = ({ count, stride, cos, sin }, re, im, toRe, toIm) => {
  const half = count * stride;
  for (let p = 0; p < count; p++) {
    const [c, s] = [cos[p]!, sin[p]!];
    for (let q = 0; q < stride; q++) {
      const a = p * stride + q;
      const b = a + half;
      const to = 2 * p * stride + q;
      const dRe = re[a]! - re[b]!;
      const dIm = im[a]! - im[b]!;
      toRe[to] = re[a]! + re[b]!;
      toIm[to] = im[a]! + im[b]!;
      toRe[to + stride] = dRe * c - dIm * s;
      toIm[to + stride] = dRe * s + dIm * c;
    }
  }
};

const pass3: Pass = ({ count, stride, cos, sin }, re, im, toRe, toIm) => {
  const third = count * stride;
  const root = Math.sqrt(3) / 2;
  for (let p = 0; p < count; p++) {
    const [c1, s1, c2, s2] = [cos[2 * p]!, sin[2 * p]!, cos[2 * p + 1]!, sin[2 * p + 1]!];
    for (let q = 0; q < stride; q++) {
      const a = p * stride + q;
      const b = a + third;
      const c = b + third;
      const to = 3 * p * stride + q;
      const sumRe = re[b]! + re[c]!;
      const sumIm = im[b]! + im[c]!;
      const turnRe = root * (im[b]! - im[c]!); // -i √3/2 (b - c)
      const turnIm = root * (re[c]! - re[b]!);
      const midRe = re[a]! - sumRe / 2;
      const midIm = im[a]! - sumIm / 2;
      toRe[to] = re[a]! + sumRe;
      toIm[to] = im[a]! + sumIm;
      toRe[to + stride] = (midRe + turnRe) * c1 - (midIm + turnIm) * s1;
      toIm[to + stride] = (midRe + turnRe) * s1 + (midIm + turnIm) * c1;
      toRe[to + 2 * stride] = (midRe - turnRe) * c2 - (midIm - turnIm) * s2;
      toIm[to + 2 * stride] = (midRe - turnRe) * s2 + (midIm - turnIm) * c2;
    }
  }
};

const pass4: Pass = ({ count, stride, cos, sin }, re, im, toRe, toIm) => {
  const quarter = count * stride;
  for (let p = 0; p < count; p++) {
    const [c1, s1, c2, s2] = [cos[3 * p]!, sin[3 * p]!, cos[3 * p + 1]!, sin[3 * p + 1]!];
    const [c3, s3] = [cos[3 * p + 2]!, sin[3 * p + 2]!];
    for (let q = 0; q < stride; q++) {
      const a = p * stride + q;
      const b = a + quarter;
      const c = b + quarter;
      const d = c + quarter;
      const to = 4 * p * stride + q;
      const evenRe = re[a]! + re[c]!;
      const evenIm = im[a]! + im[c]!;
      const lessRe = re[a]! - re[c]!;
      const lessIm = im[a]! - im[c]!;
      const oddRe = re[b]! + re[d]!;
      const oddIm = im[b]! + im[d]!;
      const turnRe = im[b]! - im[d]!; // -i (b - d)
      const turnIm = re[d]! - re[b]!;
      toRe[to] = evenRe + oddRe;
      toIm[to] = evenIm + oddIm;
      toRe[to + stride] = (lessRe + turnRe) * c1 - (lessIm + turnIm) * s1;
      toIm[to + stride] = (lessRe + turnRe) * s1 + (lessIm + turnIm) * c1;
      toRe[to + 2 * stride] = (evenRe - oddRe) * c2 - (evenIm - oddIm) * s2;
      toIm[to + 2 * stride] = (evenRe - oddRe) * s2 + (evenIm - oddIm) * c2;
      toRe[to + 3 * stride] = (lessRe - turnRe) * c3 - (lessIm - turnIm) * s3;
      toIm[to + 3 * stride] = (lessRe - turnRe) * s3 + (lessIm - turnIm) * c3;
    }
  }
};

const pass5: Pass = ({ count, stride, cos, sin }, re, im, toRe, toIm) => {
  const fifth = count * stride;
  const [x1, x2] = [Math.cos((2 * Math.PI) / 5), Math.cos((4 * Math.PI) / 5)];
  const [y1, y2] = [Math.sin((2 * Math.PI) / 5), Math.sin((4 * Math.PI) / 5)];
  for (let p = 0; p < count; p++) {
    const [c1, s1, c2, s2] = [cos[4 * p]!, sin[4 * p]!, cos[4 * p + 1]!, sin[4 * p + 1]!];
    const [c3, s3, c4, s4] = [cos[4 * p + 2]!, sin[4 * p + 2]!, cos[4 * p + 3]!, sin[4 * p + 3]!];
    for (let q = 0; q < stride; q++) {
      const a = p * stride + q;
      const b = a + fifth;
      const c = b + fifth;
      const d = c + fifth;
      const e = d + fifth;
      const to = 5 * p * stride + q;
      const sum1Re = re[b]! + re[e]!;
      const sum1Im = im[b]! + im[e]!;
      const sum2Re = re[c]! + re[d]!;
      const sum2Im = im[c]! + im[d]!;
      const less1Re = re[b]! - re[e]!;
      const less1Im = im[b]! - im[e]!;
      const less2Re = re[c]! - re[d]!;
      const less2Im = im[c]! - im[d]!;
      const mid1Re = re[a]! + x1 * sum1Re + x2 * sum2Re;
      const mid1Im = im[a]! + x1 * sum1Im + x2 * sum2Im;
      const mid2Re = re[a]! + x2 * sum1Re + x1 * sum2Re;
      const mid2Im = im[a]! + x2 * sum1Im + x1 * sum2Im;
      const turn1Re = y1 * less1Im + y2 * less2Im; // -i (y1 (b - e) + y2 (c - d))
      const turn1Im = -y1 * less1Re - y2 * less2Re;
      const turn2Re = y2 * less1Im - y1 * less2Im;
      const turn2Im = -y2 * less1Re + y1 * less2Re;
      toRe[to] = re[a]! + sum1Re + sum2Re;
      toIm[to] = im[a]! + sum1Im + sum2Im;
      toRe[to + stride] = (mid1Re + turn1Re) * c1 - (mid1Im + turn1Im) * s1;
      toIm[to + stride] = (mid1Re + turn1Re) * s1 + (mid1Im + turn1Im) * c1;
      toRe[to + 2 * stride] = (mid2Re + turn2Re) * c2 - (mid2Im + turn2Im) * s2;
      toIm[to + 2 * stride] = (mid2Re + turn2Re) * s2 + (mid2Im + turn2Im) * c2;
      toRe[to + 3 * stride] = (mid2Re - turn2Re) * c3 - (mid2Im - turn2Im) * s3;
      toIm[to + 3 * stride] = (mid2Re - turn2Re) * s3 + (mid2Im - turn2Im) * c3;
      toRe[to + 4 * stride] = (mid1Re - turn1Re) * c4 - (mid1Im - turn1Im) * s4;
      toIm[to + 4 * stride] = (mid1Re - turn1Re) * s4 + (mid1Im - turn1Im) * c4;
    }
  }
};

const passes: Readonly<Record<number, Pass>> = { 2: pass2, 3: pass3, 4: pass4, 5: pass5 };

/** With jk = (j² + k² - (k - j)²) / 2 the transform is a convolution with the chirp e^(πi j² / length). */
function bluesteinFft(length: number): ComplexFft {
  const size = 2 ** Math.ceil(Math.log2(2 * length - 1));
  const transform = complexFft(size);
  const cos = new Float64Array(length);
  const sin = new Float64Array(length);
  for (let j = 0; j < length; j++) {
    const angle = (Math.PI * ((j * j) % (2 * length))) / length;
    cos[j] = Math.cos(angle);
    sin[j] = Math.sin(angle);
  }
  const chirpRe = new Float64Array(size);
  const chirpIm = new Float64Array(size);
  for (let j = 0; j < length; j++) {
    chirpRe[j] = chirpRe[(size - j) % size] = cos[j]!;
    chirpIm[j] = chirpIm[(size - j) % size] = sin[j]!;
  }
  transform(chirpRe, chirpIm);
  const bufferRe = new Float64Array(size);
  const bufferIm = new Float64Array(size);
  return (re, im) => {
    bufferRe.fill(0);
    bufferIm.fill(0);
    for (let j = 0; j < length; j++) {
      bufferRe[j] = re[j]! * cos[j]! + im[j]! * sin[j]!;
      bufferIm[j] = im[j]! * cos[j]! - re[j]! * sin[j]!;
    }
    transform(bufferRe, bufferIm);
    for (let k = 0; k < size; k++) {
      const productRe = bufferRe[k]! * chirpRe[k]! - bufferIm[k]! * chirpIm[k]!;
      const productIm = bufferRe[k]! * chirpIm[k]! + bufferIm[k]! * chirpRe[k]!;
      bufferRe[k] = productRe;
      bufferIm[k] = -productIm; // conjugated, so that the same transform is the inverse one
    }
    transform(bufferRe, bufferIm);
    for (let k = 0; k < length; k++) {
      const [convolvedRe, convolvedIm] = [bufferRe[k]! / size, -bufferIm[k]! / size];
      re[k] = convolvedRe * cos[k]! + convolvedIm * sin[k]!;
      im[k] = convolvedIm * cos[k]! - convolvedRe * sin[k]!;
    }
  };
}
