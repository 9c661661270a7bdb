import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The emoji sets, as npm packages of Iconify. */
export const setNames = [
  'noto',
  'noto-v1',
  'fluent-emoji-flat',
  'fluent-emoji',
  'fluent-emoji-high-contrast',
  'emojione',
  'emojione-monotone',
  'fxemoji',
  'streamline-emojis',
  'twemoji',
];

/** The groups of emojibase that are no things to draw: components (skin tones, hair) and flags. */
const [components, flags] = [2, 9];

const json = path => JSON.parse(readFileSync(path, 'utf8'));

/** A sequence of code points without the variation selector. */
const keyOf = hexcode =>
  hexcode
    .toLowerCase()
    .split('-')
    .filter(code => code !== 'fe0f')
    .join('-');

const slugOf = name => name.toLowerCase().replace(/[^a-z0-9]/g, '');

/** The emoji with their labels and tags: [{ key, emoji, texts }]. */
export function readEmoji(modules) {
  return json(join(modules, 'emojibase-data/en/data.json'))
    .filter(({ group }) => group !== undefined && group !== components && group !== flags)
    .map(({ hexcode, emoji, label, tags = [] }) => ({
      key: keyOf(hexcode),
      emoji,
      texts: [...new Set([label, ...tags].map(text => text.toLowerCase()))],
    }));
}

/**
 * The pictures of each set: name to [{ index, name, svg }], where `index` is that of the emoji. A set names its icons
 * by code points; where it does not, by slugs of the label, or of the name that another set gives.
 */
export function readSets(modules, emoji, size) {
  const icons = new Map(setNames.map(name => [name, json(join(modules, `@iconify-json/${name}/icons.json`))]));
  const characters = new Map(
    setNames.map(name => [
      name,
      Object.fromEntries(
        Object.entries(json(join(modules, `@iconify-json/${name}/chars.json`))).map(([key, icon]) => [
          keyOf(key),
          icon,
        ]),
      ),
    ]),
  );
  return new Map(
    setNames.map(name => {
      const set = icons.get(name);
      const bySlug = new Map(
        [...Object.keys(set.aliases ?? {}), ...Object.keys(set.icons)].flatMap(icon =>
          [icon.replace(/-\d+$/, ''), icon].map(name => [slugOf(name), icon]),
        ),
      );
      const others = [...characters.values()];
      const pictures = emoji.flatMap(({ key, texts: [label] }, index) => {
        const icon =
          characters.get(name)[key] ??
          [label, ...others.map(names => names[key] ?? '')].map(text => bySlug.get(slugOf(text))).find(Boolean);
        const found = icon && (set.icons[icon] ?? set.icons[set.aliases?.[icon]?.parent]);
        return found ? [{ index, name: `${name}:${icon}`, svg: svgOf(set, found, size) }] : [];
      });
      return [name, pictures];
    }),
  );
}

/** An icon as an SVG of its own, centred in a square. */
export function svgOf(set, icon, size) {
  const width = icon.width ?? set.width ?? set.height ?? 16;
  const height = icon.height ?? set.height ?? set.width ?? 16;
  const side = Math.max(width, height);
  const [left, top] = [(icon.left ?? 0) - (side - width) / 2, (icon.top ?? 0) - (side - height) / 2];
  return (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ' +
    `viewBox="${left} ${top} ${side} ${side}" width="${size}" height="${size}">` +
    `${icon.body.replaceAll('currentColor', '#000')}</svg>`
  );
}
