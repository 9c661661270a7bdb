import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { svgOf } from './sets.mjs';

/**
 * Sets of icons, as npm packages of Iconify: things that no emoji shows, with their names. Of the `ink` ones only the
 * shape counts. `only` is an ending that the names of one style have.
 */
const iconSets = [
  { name: 'game-icons', ink: true },
  { name: 'ph', ink: true, only: '-fill' },
  { name: 'mdi', ink: true },
  { name: 'fa6-solid', ink: true },
  { name: 'temaki', ink: true },
  { name: 'healthicons', ink: true },
  { name: 'flat-color-icons' },
  { name: 'streamline-kameleon-color' },
  { name: 'streamline-ultimate-color' },
  { name: 'icon-park' },
  { name: 'meteocons', only: '-fill' },
];

/** Words of names that show signs of programs, or variants, and no thing. */
const signs = new Set(
  (
    '24px abstract account add alert align alpha alt alternate angle app archive arrow arrows asterisk async ' +
    'badge bookmark box brand broken button cancel cards caret check checkbox checkmark chevron circle clear code ' +
    'column connect control copy crop cursor data database debug delete dice disable distribute dot dots download ' +
    'drag duo edit email export favorite figma file filter flip fold folder font format forward gesture google ' +
    'heading hexagon horizontal image import insert inset invert item items label layer layout letter line link ' +
    'list lock logo markdown math menu message microsoft minus move multiple negative next node note number ' +
    'numeric off on one open order outline page pause perspective play plus power previous progress question rank ' +
    'rectangle refresh remove repeat replace reverse role row rows scan search select setting settings share ' +
    'shift sign signal simple size slash sort source split square status step stop swap switch symbol sync table ' +
    'tag tarot task text toggle transfer triangle two type ui underline unlock update upload user variant vector ' +
    'vertical view volume warning web wifi x xmark zoom'
  ).split(' '),
);

/**
 * The icons of each set: name to { ink, pictures: [{ text, svg }] }, where `text` is the icon's name as words.
 * Icons that differ in a number alone are icons of one name.
 */
export function readIcons(modules, size) {
  return new Map(
    iconSets.map(({ name: set, ink = false, only = '' }) => {
      const data = JSON.parse(readFileSync(join(modules, `@iconify-json/${set}/icons.json`), 'utf8'));
      const pictures = Object.entries(data.icons).flatMap(([name, icon]) => {
        const text = name.endsWith(only) ? textOf(name.slice(0, name.length - only.length)) : undefined;
        return text ? [{ text, svg: svgOf(data, icon, size) }] : [];
      });
      return [set, { ink, pictures }];
    }),
  );
}

/** A name as at most four words; undefined if it shows no thing. */
function textOf(name) {
  const words = name
    .toLowerCase()
    .replace(/(-(\d+|[a-z]))+$/, '')
    .split('-');
  const isThing = words.every(word => /^[a-z]{2,}$/.test(word) && !signs.has(word));
  return isThing && words.length <= 4 ? words.join(' ') : undefined;
}
