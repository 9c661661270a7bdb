import { numberWords } from '../number-words.js';
import { end, numberPattern, type Reading, reading } from './reading.js';

/** One and several of a unit; a longer unit is found before one that it begins with. */
const units: Readonly<Record<string, readonly [string, string]>> = {
  '°C': ['degree celsius', 'degrees celsius'],
  '°F': ['degree fahrenheit', 'degrees fahrenheit'],
  '°': ['degree', 'degrees'],
  '%': ['percent', 'percent'],
  'km/h': ['kilometer per hour', 'kilometers per hour'],
  'm/s': ['meter per second', 'meters per second'],
  mph: ['mile per hour', 'miles per hour'],
  kph: ['kilometer per hour', 'kilometers per hour'],
  'km²': ['square kilometer', 'square kilometers'],
  'm²': ['square meter', 'square meters'],
  'm³': ['cubic meter', 'cubic meters'],
  km: ['kilometer', 'kilometers'],
  cm: ['centimeter', 'centimeters'],
  mm: ['millimeter', 'millimeters'],
  m: ['meter', 'meters'],
  kg: ['kilogram', 'kilograms'],
  mg: ['milligram', 'milligrams'],
  g: ['gram', 'grams'],
  lbs: ['pound', 'pounds'],
  lb: ['pound', 'pounds'],
  oz: ['ounce', 'ounces'],
  ft: ['foot', 'feet'],
  mi: ['mile', 'miles'],
  ml: ['milliliter', 'milliliters'],
  l: ['liter', 'liters'],
  L: ['liter', 'liters'],
  kB: ['kilobyte', 'kilobytes'],
  KB: ['kilobyte', 'kilobytes'],
  MB: ['megabyte', 'megabytes'],
  GB: ['gigabyte', 'gigabytes'],
  TB: ['terabyte', 'terabytes'],
  Hz: ['hertz', 'hertz'],
  kHz: ['kilohertz', 'kilohertz'],
  MHz: ['megahertz', 'megahertz'],
  GHz: ['gigahertz', 'gigahertz'],
  kW: ['kilowatt', 'kilowatts'],
  kWh: ['kilowatt hour', 'kilowatt hours'],
  W: ['watt', 'watts'],
  V: ['volt', 'volts'],
  ms: ['millisecond', 'milliseconds'],
  sec: ['second', 'seconds'],
  s: ['second', 'seconds'],
  min: ['minute', 'minutes'],
  hrs: ['hour', 'hours'],
  hr: ['hour', 'hours'],
  h: ['hour', 'hours'],
};

/** Numbers with units: "5 km", "30%", "-4 °C". */
export function quantities(): readonly Reading[] {
  const names = Object.keys(units).sort((a, b) => b.length - a.length);
  return [
    reading(
      `([-−+]?(?:${numberPattern}))[ \\u00a0\\u202f]?(${names.join('|')})${end}(?![/²³])`,
      ([, amount = '', unit = '']) => {
        const [one, many] = units[unit]!;
        return `${numberWords(amount)} ${amount === '1' ? one : many}`;
      },
    ),
  ];
}
