/** Bytes as megabytes with one digit after the point, `18.8`. */
export const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

/** A share 0 .. 1 as a whole percentage, `65 %`. */
export const percent = (share: number): string => `${Math.round(100 * share)} %`;

/** A whole number with its thousands separated, `50,000`. */
export const grouped = (value: number): string => value.toLocaleString('en');

/** A number with this many digits after the point and a minus sign, `−0.25`. */
export const fixed = (value: number, digits: number): string => value.toFixed(digits).replace('-', '−');
