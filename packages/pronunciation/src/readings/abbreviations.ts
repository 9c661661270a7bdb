import { end, letterNames, type Reading, reading, shortStop } from './reading.js';

/** Abbreviations before a name. */
const titles: Readonly<Record<string, string>> = {
  ...{ Rev: 'reverend', Gen: 'general', Sen: 'senator', Rep: 'representative', Gov: 'governor', Lt: 'lieutenant' },
  ...{ Col: 'colonel', Capt: 'captain', Sgt: 'sergeant', Hon: 'honorable' },
};
/** Those that are also written without a full stop. */
const shortTitles: Readonly<Record<string, string>> = {
  ...{ Mr: 'mister', Mrs: 'missus', Ms: 'miz', Dr: 'doctor', Prof: 'professor', Mt: 'mount', St: 'saint' },
};

/** Abbreviations with a full stop, of which none is a word. */
const others: Readonly<Record<string, string>> = {
  ...{ Hwy: 'highway', Apt: 'apartment', Ft: 'fort', vs: 'versus', approx: 'approximately', dept: 'department' },
  ...{ Dept: 'department', Fig: 'figure', Vol: 'volume', pp: 'pages', cf: 'compare', ca: 'circa' },
  ...{ Feb: 'february', Aug: 'august', Sept: 'september', Sep: 'september', Oct: 'october', Nov: 'november' },
  ...{ Dec: 'december', Tue: 'tuesday', Tues: 'tuesday', Thu: 'thursday', Thurs: 'thursday', Fri: 'friday' },
};
/** Those after which a sentence may end. */
const last: Readonly<Record<string, string>> = {
  ...{ etc: 'et cetera', Jr: 'junior', Sr: 'senior', Inc: 'incorporated', Corp: 'corporation', Ltd: 'limited' },
  ...{ Co: 'company', Ave: 'avenue', Blvd: 'boulevard', Rd: 'road', Ln: 'lane', Dr: 'drive', St: 'street' },
};
const anyOf = (table: object) => Object.keys(table).join('|');
const nextName = '(?=[ \\u00a0]+\\p{Lu})';

/** Abbreviations that are said as the words that they stand for. */
export const abbreviations = (): readonly Reading[] => [
  // "Dr." and "St." are titles before a name, else a drive and a street.
  reading(`(${anyOf(titles)})\\.${nextName}`, ([, title = '']) => titles[title]),
  reading(`(${anyOf(shortTitles)})\\.?${nextName}`, ([, title = '']) => shortTitles[title]),
  reading(`(?:e\\.[ ]?g\\.|eg\\.)`, () => 'for example'),
  reading(`(?:i\\.[ ]?e\\.|ie\\.)`, () => 'that is'),
  reading(`a\\.k\\.a\\.${end}`, () => 'also known as'),
  reading('(?:No|Nos)\\.(?= ?\\d)', () => 'number'),
  reading('p\\.(?= ?\\d)', () => 'page'),
  reading(`(${anyOf(others)})\\.`, ([, short = '']) => others[short]),
  reading(`(${anyOf(last)})${shortStop}`, ([, short = '']) => last[short]),
  // Letters with full stops: "U.S.", "J. R. R."
  reading('(?:\\p{L}\\.){2,8}', ([letters]) => letterNames(letters.replaceAll('.', ''))),
  reading(`(\\p{Lu})\\.(?=[ ]\\p{Lu})`, ([, letter = ''], { isShouted }) =>
    isShouted || letter === 'I' ? undefined : letterNames(letter),
  ),
];
