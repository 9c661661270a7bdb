/** The formats of image files that are told apart. */
export type ImageFormat = 'PNG' | 'JPEG' | 'GIF' | 'WebP' | 'BMP' | 'TIFF' | 'AVIF or HEIC' | 'SVG';

/** The format of a file by its first bytes; undefined if it is none of those known. */
export function formatOf(bytes: Uint8Array): ImageFormat | undefined {
  const text = String.fromCharCode(...bytes.subarray(0, 16));
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'PNG';
  if (text.startsWith('\xff\xd8\xff')) return 'JPEG';
  if (/^GIF8[79]a/.test(text)) return 'GIF';
  if (/^RIFF[\s\S]{4}WEBP/.test(text)) return 'WebP';
  if (/^BM[\s\S]{4}\0\0\0\0/.test(text)) return 'BMP';
  if (text.startsWith('II*\0') || text.startsWith('MM\0*')) return 'TIFF';
  if (/^[\s\S]{4}ftyp(avif|avis|heic|heix|mif1|msf1)/.test(text)) return 'AVIF or HEIC';
  return /^\s*<(\?xml|svg)/.test(text) ? 'SVG' : undefined;
}
